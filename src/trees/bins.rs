//! Columns as numbers of bins, in one byte a value.

use super::data::{Rows, finite, sorted};
use super::sketch;

/// Features whose codes lie beside each other: a row's eight are one load, and their histograms fit the nearest cache.
pub(super) const WIDTH: usize = 8;

/// How a column was cut.
#[derive(Debug, Clone)]
pub(super) struct Cuts {
    /// The lower bounds of all bins but the first.
    bounds: Vec<f32>,
    smallest: f32,
    largest: f32,
    /// Whether some value is missing: its code is the number of bins.
    pub missing: bool,
}

impl Cuts {
    pub fn bins(&self) -> usize {
        self.bounds.len() + 1
    }
    /// Values under this go left when `bins` bins do.
    pub fn threshold(&self, bins: usize) -> f32 {
        const GAP: f32 = 1e-5;
        if bins == 0 {
            self.smallest - self.smallest.abs() - GAP
        } else {
            self.bounds.get(bins - 1).copied().unwrap_or(self.largest + (self.largest.abs() + GAP))
        }
    }
}

/// All columns, binned once for all trees.
pub(super) struct Bins {
    pub cuts: Vec<Cuts>,
    /// Column after column.
    codes: Vec<u8>,
    rows: usize,
}

impl Bins {
    /// At most `most` bins a column, by quantiles over the rows' weights; one less where values are missing.
    pub fn new(rows: &Rows<'_>, most: usize) -> Self {
        let n = rows.x.rows();
        let mut codes = vec![0_u8; n * rows.x.features()];
        let cuts = (0..rows.x.features())
            .map(|feature| {
                let values = sorted(rows.x.column(feature));
                let missing = values.len() < n;
                let most = if missing { most.min(255) } else { most };
                let weighted = values.iter().map(|(value, row)| (*value, rows.weight(*row as usize) as f32));
                let bounds = sketch::bounds(weighted, most);
                let codes = &mut codes[feature * n..][..n];
                codes.fill((bounds.len() + 1).min(255) as u8);
                let mut bin = 0;
                for (value, row) in &values {
                    while bounds.get(bin).is_some_and(|bound| bound <= value) {
                        bin += 1;
                    }
                    codes[*row as usize] = bin as u8;
                }
                let end = |value: Option<&(f32, u32)>| value.map_or(0.0, |v| finite(v.0));
                Cuts { bounds, smallest: end(values.first()), largest: end(values.last()), missing }
            })
            .collect();
        Self { cuts, codes, rows: n }
    }

    /// The codes of these columns, in blocks.
    pub fn pack(&self, columns: &[u32]) -> Packed {
        let blocks = columns
            .chunks(WIDTH)
            .map(|features| {
                let mut block = vec![[0_u8; WIDTH]; self.rows];
                for (k, feature) in features.iter().enumerate() {
                    let codes = &self.codes[*feature as usize * self.rows..][..self.rows];
                    for (row, code) in block.iter_mut().zip(codes) {
                        row[k] = *code;
                    }
                }
                block
            })
            .collect();
        Packed { columns: columns.to_vec(), blocks }
    }
}

/// The columns of one tree.
pub(super) struct Packed {
    /// The feature of each position.
    pub columns: Vec<u32>,
    /// Eight positions a block: the codes of each row.
    pub blocks: Vec<Vec<[u8; WIDTH]>>,
}
