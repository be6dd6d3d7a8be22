//! The network learner that source-only, target-only, pooled and fine-tuning share: its settings, written once.

use serde_json::{Value, json};

/// The settings of a network and its training, as the methods use them.
#[derive(Debug, Clone, PartialEq)]
pub struct Learner {
    /// Widths of the hidden layers.
    pub widths: Vec<usize>,
    /// The share of hidden units that are dropped in training.
    pub dropout: f64,
    /// AdamW's rate when training from scratch.
    pub learning_rate: f64,
    /// AdamW's rate when fine-tuning.
    pub fine_tune_rate: f64,
    /// AdamW's decoupled decay.
    pub weight_decay: f64,
    /// Rows a batch; 0 chooses by the number of rows.
    pub batch: usize,
    /// Passes over the rows at most; 0 trains nothing.
    pub max_epochs: usize,
    /// Epochs without a better validation loss before it stops.
    pub patience: usize,
    /// Steps at most; 0 is no cap.
    pub max_steps: u32,
    /// Encoded columns at most: those of largest variance are kept.
    pub most_features: usize,
}

impl Learner {
    /// Rows a batch for `n` rows.
    pub fn batch_for(&self, n: usize) -> usize {
        match (self.batch, n) {
            (0, 0..64) => 8,
            (0, 64..2000) => 32,
            (0, _) => 128,
            (batch, _) => batch,
        }
    }
    /// The part on which pre-training depends: methods that agree in it share one pre-trained network.
    pub fn pretrain_key(&self) -> Value {
        json!({
            "learner": "mlp", "widths": self.widths, "dropout": self.dropout, "learning_rate": self.learning_rate,
            "weight_decay": self.weight_decay, "batch": self.batch, "max_epochs": self.max_epochs,
            "patience": self.patience, "max_steps": self.max_steps, "most_features": self.most_features,
        })
    }
}

/// A configuration that starts with the learner's fields, and may add its own.
#[macro_export]
macro_rules! learner_config {
    ($(#[$doc:meta])* pub struct $name:ident { $($more:tt)* }) => {
        $crate::learner_config! { $(#[$doc])* fine_tune_rate = 3e-4; pub struct $name { $($more)* } }
    };
    ($(#[$doc:meta])* fine_tune_rate = $rate:literal; pub struct $name:ident { $($more:tt)* }) => {
        $crate::config! {
            $(#[$doc])*
            pub struct $name {
                /// Widths of the hidden layers, from the input on.
                widths: Vec<usize> = vec![64, 64, 32, 32],
                    $crate::methods::config::Range::Wholes { low: 1, high: 1024, min_len: 1, max_len: 6 }, "units";
                /// The share of hidden units dropped in training.
                dropout: f64 = 0.1, $crate::methods::config::Range::Real { low: 0.0, high: 0.8 }, "";
                /// AdamW's learning rate from scratch.
                learning_rate: f64 = 1e-3, $crate::methods::config::Range::Real { low: 1e-6, high: 0.1 }, "";
                /// AdamW's learning rate when fine-tuning.
                fine_tune_rate: f64 = $rate, $crate::methods::config::Range::Real { low: 1e-6, high: 0.1 }, "";
                /// AdamW's decoupled weight decay.
                weight_decay: f64 = 1e-4, $crate::methods::config::Range::Real { low: 0.0, high: 1.0 }, "";
                /// Rows a batch; 0: 8 under 64 rows, 32 under 2000, then 128.
                batch: usize = 0, $crate::methods::config::Range::Whole { low: 0, high: 4096 }, "rows";
                /// Passes over the rows at most; 0 leaves the weights as they begin.
                max_epochs: usize = 100, $crate::methods::config::Range::Whole { low: 0, high: 2000 }, "epochs";
                /// Epochs without a better validation loss before it stops.
                patience: usize = 10, $crate::methods::config::Range::Whole { low: 1, high: 1000 }, "epochs";
                /// Steps at most; 0 is no cap.
                max_steps: u32 = 0, $crate::methods::config::Range::Whole { low: 0, high: 1_000_000 }, "steps";
                /// Encoded columns at most; those of largest variance are kept.
                most_features: usize = 5000, $crate::methods::config::Range::Whole { low: 1, high: 20_000 }, "columns";
                $($more)*
            }
        }
        impl $name {
            /// The learner's part of these settings.
            pub fn learner(&self) -> $crate::methods::common::learner::Learner {
                $crate::methods::common::learner::Learner {
                    widths: self.widths.clone(),
                    dropout: self.dropout,
                    learning_rate: self.learning_rate,
                    fine_tune_rate: self.fine_tune_rate,
                    weight_decay: self.weight_decay,
                    batch: self.batch,
                    max_epochs: self.max_epochs,
                    patience: self.patience,
                    max_steps: self.max_steps,
                    most_features: self.most_features,
                }
            }
        }
    };
}

learner_config! {
    /// The network's settings.
    pub struct LearnerConfig {}
}
