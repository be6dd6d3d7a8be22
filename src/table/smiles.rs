//! Does a text look like a molecule in SMILES? A cheap reading of the grammar (Weininger 1988; OpenSMILES): it knows no
//! valence and no aromaticity. What is a molecule, RDKit decides.

use super::column::{Column, Data};
use super::format::Note;

/// Cells of a column that are looked at.
const LOOKED: usize = 500;
/// The fewest that a column must have.
const FEWEST: usize = 3;
/// The share of the cells that must read as SMILES: of a column that is called so, and of any other.
const NAMED: f64 = 0.5;
const UNNAMED: f64 = 0.9;
/// The share that must have what words lack: a bracket, a branch, a bond, a ring. `N`, `F`, `CON` are molecules too.
const MARKED: f64 = 0.5;

/// One cell, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Read {
    No,
    /// Letters of atoms alone.
    Bare,
    /// With a bracket, a branch, a bond or a ring.
    Marked,
}

/// The suspicion that a column holds molecules.
pub(super) fn suspect(column: &Column) -> Option<Note> {
    let Data::Texts(texts) = &column.data else { return None };
    let named = column.name.to_lowercase().contains("smiles");
    let (mut cells, mut read, mut marked) = (0, 0, 0);
    for text in texts.iter().flatten().take(LOOKED) {
        let found = look(text);
        cells += 1;
        read += usize::from(found != Read::No);
        marked += usize::from(found == Read::Marked);
        // Most columns are told apart by their first cells.
        if !named && cells == 20 && read < 10 {
            return None;
        }
    }
    let share = |count: usize| count as f64 / cells.max(1) as f64;
    let enough = share(read) >= if named { NAMED } else { UNNAMED } && share(marked) >= MARKED;
    (cells >= FEWEST && enough)
        .then(|| Note::new("smiles").column(&column.name).with("count", column.len() - column.missing()))
}

fn look(text: &str) -> Read {
    let bytes = text.trim().as_bytes();
    let (mut at, mut depth, mut atoms) = (0, 0usize, 0usize);
    let (mut marked, mut tied) = (false, false);
    // Ring closures that are open.
    let mut open = [false; 100];
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        let mut atom = 0;
        match byte {
            b'C' if next == Some(b'l') => atom = 2,
            b'B' if next == Some(b'r') => atom = 2,
            b'B' | b'C' | b'N' | b'O' | b'P' | b'S' | b'F' | b'I' | b'*' => atom = 1,
            b'b' | b'c' | b'n' | b'o' | b'p' | b's' => atom = 1,
            b'[' => match bracket(bytes, at) {
                Some(length) => atom = length,
                None => return Read::No,
            },
            b'(' if tied => depth += 1,
            b')' if depth > 0 => depth -= 1,
            b'-' | b'=' | b'#' | b'$' | b':' | b'/' | b'\\' if atoms > 0 => {}
            b'.' if tied => tied = false,
            b'0'..=b'9' if tied => {
                let ring = usize::from(byte - b'0');
                open[ring] = !open[ring];
            }
            b'%' if tied => {
                let digits = (next, bytes.get(at + 2).copied());
                let (Some(tens @ b'0'..=b'9'), Some(ones @ b'0'..=b'9')) = digits else { return Read::No };
                let ring = usize::from(10 * (tens - b'0') + ones - b'0');
                open[ring] = !open[ring];
                at += 2;
            }
            // A name may stand behind the molecule.
            b' ' | b'\t' if atoms > 0 => break,
            _ => return Read::No,
        }
        if atom > 0 {
            atoms += 1;
            tied = true;
        }
        marked |= !byte.is_ascii_alphabetic();
        at += atom.max(1);
    }
    match depth == 0 && atoms > 0 && !open.contains(&true) {
        false => Read::No,
        true if marked => Read::Marked,
        true => Read::Bare,
    }
}

/// The length of a bracket atom: isotope, element, chirality, hydrogens, charge, class.
fn bracket(bytes: &[u8], at: usize) -> Option<usize> {
    let inside = bytes.get(at + 1..)?;
    let length = inside.iter().take(24).position(|&byte| byte == b']')?;
    let inside = inside.get(..length)?;
    let symbol = inside.iter().position(|byte| !byte.is_ascii_digit())?;
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"@+-:*".contains(byte);
    (inside.get(symbol).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'*') && inside.iter().all(allowed))
        .then_some(length + 2)
}

#[cfg(test)]
mod tests {
    use super::{Read, look};

    #[test]
    fn molecules_and_words() {
        for smiles in [
            "CC(=O)Oc1ccccc1C(=O)O",
            "C[C@@H](N)C(=O)O",
            "[O-][N+](=O)C1=CNC(=N)S1",
            "C1CC%10CCCCC%10C1",
            "F/C=C/F",
            "[Na+].[Cl-]",
            "c1cc[nH]c1 pyrrole",
            "*C(=O)O",
        ] {
            assert_eq!(look(smiles), Read::Marked, "{smiles}");
        }
        for bare in ["CCO", "N", "F", "CON", "ClCCl"] {
            assert_eq!(look(bare), Read::Bare, "{bare}");
        }
        for other in [
            "",
            "male",
            "COPD",
            "C1CC",
            "CC(C",
            "CC)C",
            "[C",
            "(C)",
            "1C",
            "=C",
            "yes",
            "12.5",
            "2024-01-01",
            "C%1",
            "[12]",
        ] {
            assert_eq!(look(other), Read::No, "{other}");
        }
    }
}
