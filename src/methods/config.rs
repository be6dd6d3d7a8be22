//! A method's settings, written once: default, range and unit make the form, the JSON, the check and the docs.
//! The words of a field are in the language files under `config.<field>` and `config.<field>.help`.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Code, Result};

/// What a field may hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Range {
    /// A whole number.
    Whole {
        /// Least value.
        low: i64,
        /// Greatest value.
        high: i64,
    },
    /// A real number.
    Real {
        /// Least value.
        low: f64,
        /// Greatest value.
        high: f64,
    },
    /// Yes or no.
    Switch,
    /// One of these.
    Choice {
        /// The names.
        options: Vec<&'static str>,
    },
    /// A list of whole numbers.
    Wholes {
        /// Least value.
        low: i64,
        /// Greatest value.
        high: i64,
        /// Least length.
        min_len: usize,
        /// Greatest length.
        max_len: usize,
    },
}

/// A field of a configuration.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// What it may hold.
    pub range: Range,
    /// Its default.
    pub default: Value,
    /// Its unit, an i18n key under `unit.`, or empty.
    pub unit: &'static str,
}

/// A configuration: made by [`config!`](crate::config).
pub trait Config: Serialize + DeserializeOwned + Default + Clone {
    /// The fields, in the order of the form.
    fn fields() -> Vec<Field>;

    /// Reads and checks settings; what is absent takes its default.
    ///
    /// # Errors
    /// [`Code::Unknown`], [`Code::WrongType`] or [`Code::OutOfRange`], each naming the field.
    fn from_json(settings: &Value) -> Result<Self> {
        let fields = Self::fields();
        let empty = serde_json::Map::new();
        let given = match settings {
            Value::Null => &empty,
            Value::Object(given) => given,
            other => {
                return Err(Code::WrongType.err().with("field", "config").with("value", other).with("expected", "{}"));
            }
        };
        let mut whole = serde_json::Map::new();
        for field in &fields {
            whole.insert(field.name.to_owned(), field.default.clone());
        }
        for (name, value) in given {
            let Some(field) = fields.iter().find(|field| field.name == name) else {
                let known = fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ");
                return Err(Code::Unknown.err().with("name", name).with("known", known));
            };
            field.check(value)?;
            whole.insert(name.clone(), value.clone());
        }
        serde_json::from_value(Value::Object(whole)).map_err(|reason| Code::BadPlan.err().with("reason", reason))
    }
}

impl Field {
    /// Whether a value may stand in this field.
    ///
    /// # Errors
    /// [`Code::WrongType`] or [`Code::OutOfRange`], naming the field.
    pub fn check(&self, value: &Value) -> Result<()> {
        let wrong = |expected: &str| {
            Code::WrongType.err().with("field", self.name).with("value", value).with("expected", expected)
        };
        let outside = |low: &dyn std::fmt::Display, high: &dyn std::fmt::Display| {
            Code::OutOfRange.err().with("field", self.name).with("value", value).with("low", low).with("high", high)
        };
        match &self.range {
            Range::Whole { low, high } => {
                let n = value.as_i64().ok_or_else(|| wrong("a whole number"))?;
                if n < *low || n > *high { Err(outside(low, high)) } else { Ok(()) }
            }
            Range::Real { low, high } => {
                let x = value.as_f64().ok_or_else(|| wrong("a number"))?;
                if x < *low || x > *high { Err(outside(low, high)) } else { Ok(()) }
            }
            Range::Switch => value.as_bool().map(|_| ()).ok_or_else(|| wrong("true or false")),
            Range::Choice { options } => {
                let text = value.as_str().ok_or_else(|| wrong("a text"))?;
                if options.contains(&text) {
                    Ok(())
                } else {
                    let (first, last) = (options.first().unwrap_or(&""), options.last().unwrap_or(&""));
                    Err(outside(first, last))
                }
            }
            Range::Wholes { low, high, min_len, max_len } => {
                let list = value.as_array().ok_or_else(|| wrong("a list of whole numbers"))?;
                if list.len() < *min_len || list.len() > *max_len {
                    return Err(outside(&format!("{min_len} entries"), &format!("{max_len} entries")));
                }
                for entry in list {
                    let n = entry.as_i64().ok_or_else(|| wrong("a list of whole numbers"))?;
                    if n < *low || n > *high {
                        return Err(outside(low, high));
                    }
                }
                Ok(())
            }
        }
    }
}

/// No settings at all.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NoConfig {}

impl Config for NoConfig {
    fn fields() -> Vec<Field> {
        Vec::new()
    }
}

/// Writes a configuration once:
/// `config! { /// doc pub struct Settings { /// doc rate: f64 = 1e-3, Range::Real { low: 1e-6, high: 1.0 }, "unit"; } }`
#[macro_export]
macro_rules! config {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$fdoc:meta])* $field:ident : $ty:ty = $default:expr, $range:expr, $unit:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$fdoc])* pub $field: $ty,)+ }
        impl Default for $name {
            fn default() -> Self { Self { $($field: $default,)+ } }
        }
        impl $crate::methods::config::Config for $name {
            fn fields() -> Vec<$crate::methods::config::Field> {
                vec![$($crate::methods::config::Field {
                    name: stringify!($field),
                    range: $range,
                    default: serde_json::to_value::<$ty>($default).unwrap_or_default(),
                    unit: $unit,
                },)+]
            }
        }
    };
}
