//! The settings that the released code's README recommends for each of its six data sets.

/// Widths and rates of a data set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Preset {
    /// Its name in GEO; for GSE117872 the cell line.
    pub name: &'static str,
    /// Width of the code.
    pub code: usize,
    /// Widths of the encoder's hidden layers.
    pub encoder: [usize; 2],
    /// Widths of the predictor's hidden layers.
    pub predictor: [usize; 2],
    /// Dropout.
    pub dropout: f64,
    /// How the bulk samples' classes are made even.
    pub sampling: &'static str,
}

const fn preset(
    name: &'static str,
    code: usize,
    encoder: [usize; 2],
    predictor: [usize; 2],
    dropout: f64,
    sampling: &'static str,
) -> Preset {
    Preset { name, code, encoder, predictor, dropout, sampling }
}

/// All of them.
pub const PRESETS: [Preset; 6] = [
    preset("gse110894", 512, [256, 128], [128, 64], 0.1, "up"),
    preset("gse112274", 256, [512, 256], [256, 128], 0.1, "none"),
    preset("hn120", 512, [256, 128], [128, 64], 0.3, "smote"),
    preset("hn137", 32, [512, 256], [256, 128], 0.3, "up"),
    preset("gse140440", 512, [256, 128], [256, 128], 0.1, "up"),
    preset("gse149383", 64, [512, 256], [256, 128], 0.3, "up"),
];

/// What `preset` may say.
pub const NAMES: [&str; 7] = ["below", "gse110894", "gse112274", "hn120", "hn137", "gse140440", "gse149383"];
