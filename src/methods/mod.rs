//! The methods. A new one is a file with a [`Method`] in it and a row in [`registry`]; the page, the command,
//! the report, the docs and the test battery list it by themselves.

pub mod card;
pub mod common;
pub mod config;
pub mod model;
pub mod registry;

pub mod baseline;
pub mod inductive;
pub mod transductive;

use std::future::Future;
use std::pin::Pin;

use serde_json::Value;

pub use card::Card;
pub use config::{Config, Field};
pub use model::Model;

use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::train::Run;

/// What a method's author writes: three functions over [`Model`] values.
///
/// - `pretrain`: what comes from the sources alone; called once per seed, over all folds, and kept.
/// - `adapt`: learns from the task, starting from what was pre-trained; every choice that depends on data is made here,
///   on the rows of the task only.
/// - `predict`: says of rows what the model thinks.
#[expect(async_fn_in_trait, reason = "futures stay on their thread: the page has one, the command one a fold")]
pub trait Method: Sync + 'static {
    /// What it is.
    const CARD: Card;
    /// The method that always stands beside it, with the same settings: what it is without its transfer.
    const BESIDE: Option<&'static str> = None;
    /// Its settings.
    type Config: Config;
    /// The part of the settings on which pre-training depends, or `None` where nothing is pre-trained.
    /// Methods with equal values share one pre-trained model.
    fn pretrain_key(_config: &Self::Config) -> Option<Value> {
        None
    }
    /// Learns from the sources alone. Called only where [`Method::pretrain_key`] gives a key.
    ///
    /// # Errors
    /// As the method needs.
    async fn pretrain(_config: &Self::Config, _sources: &[Cohort], _run: &Run<'_>) -> Result<Model> {
        Ok(Model::new(Self::CARD.id, Value::Null))
    }
    /// Learns from the task. `pre` is there where [`Method::pretrain_key`] gives a key.
    ///
    /// # Errors
    /// As the method needs.
    async fn adapt(pre: Option<&Model>, config: &Self::Config, task: &Task, run: &Run<'_>) -> Result<Model>;
    /// Predicts rows.
    ///
    /// # Errors
    /// [`crate::Code::ModelOtherColumns`] where the rows lack the model's features.
    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction>;
}

/// A method as the page lists it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Listing {
    /// What it is.
    pub card: Card,
    /// Its settings.
    pub fields: Vec<Field>,
}

impl dyn AnyMethod {
    /// The method as the page lists it.
    pub fn listing(&self) -> Listing {
        Listing { card: *self.card(), fields: self.fields() }
    }
}

/// A future that stays on its thread.
pub type Local<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

/// The object-safe twin of [`Method`], made for every method by the blanket implementation.
pub trait AnyMethod: Sync {
    /// What it is.
    fn card(&self) -> &'static Card;
    /// See [`Method::BESIDE`].
    fn beside(&self) -> Option<&'static str>;
    /// The fields of its settings.
    fn fields(&self) -> Vec<Field>;
    /// Checks settings and fills in what is absent.
    ///
    /// # Errors
    /// As [`Config::from_json`].
    fn settings(&self, given: &Value) -> Result<Value>;
    /// See [`Method::pretrain_key`].
    ///
    /// # Errors
    /// As [`Config::from_json`].
    fn pretrain_key(&self, settings: &Value) -> Result<Option<Value>>;
    /// See [`Method::pretrain`].
    fn pretrain<'a>(&'a self, settings: &'a Value, sources: &'a [Cohort], run: &'a Run<'a>) -> Local<'a, Model>;
    /// See [`Method::adapt`].
    fn adapt<'a>(
        &'a self,
        pre: Option<&'a Model>,
        settings: &'a Value,
        task: &'a Task,
        run: &'a Run<'a>,
    ) -> Local<'a, Model>;
    /// See [`Method::predict`].
    fn predict<'a>(&'a self, model: &'a Model, x: &'a Cohort, run: &'a Run<'a>) -> Local<'a, Prediction>;
}

impl<M: Method> AnyMethod for M {
    fn card(&self) -> &'static Card {
        const { &M::CARD }
    }
    fn beside(&self) -> Option<&'static str> {
        M::BESIDE
    }
    fn fields(&self) -> Vec<Field> {
        M::Config::fields()
    }
    fn settings(&self, given: &Value) -> Result<Value> {
        let config = M::Config::from_json(given)?;
        serde_json::to_value(config).map_err(|e| crate::Code::Internal.err().with("reason", e))
    }
    fn pretrain_key(&self, settings: &Value) -> Result<Option<Value>> {
        Ok(M::pretrain_key(&M::Config::from_json(settings)?))
    }
    fn pretrain<'a>(&'a self, settings: &'a Value, sources: &'a [Cohort], run: &'a Run<'a>) -> Local<'a, Model> {
        Box::pin(async move { M::pretrain(&M::Config::from_json(settings)?, sources, run).await })
    }
    fn adapt<'a>(
        &'a self,
        pre: Option<&'a Model>,
        settings: &'a Value,
        task: &'a Task,
        run: &'a Run<'a>,
    ) -> Local<'a, Model> {
        Box::pin(async move { M::adapt(pre, &M::Config::from_json(settings)?, task, run).await })
    }
    fn predict<'a>(&'a self, model: &'a Model, x: &'a Cohort, run: &'a Run<'a>) -> Local<'a, Prediction> {
        Box::pin(M::predict(model, x, run))
    }
}
