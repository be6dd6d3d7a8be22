//! The three files of a 10x matrix: as one table, piece by piece, within the memory that there is, or refused by name.

use std::io::Write;

use autograft::Result;
use autograft::table::{Counts, Kind, MatrixReader, Part, ReadOptions, Table, Variable, read};

/// Cells, genes, and the counts that are not 0 (gene, cell, count), in 10x's order.
struct Made {
    cells: usize,
    genes: usize,
    entries: Vec<(usize, usize, u32)>,
}

impl Made {
    fn new(cells: usize, genes: usize) -> Made {
        let mut entries = Vec::new();
        let mut state = 7u64;
        for cell in 0..cells {
            for gene in 0..genes {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let draw = (state >> 33) % 100;
                if draw < 20 + (gene % 7) as u64 * (1 + cell % 3) as u64 {
                    entries.push((gene, cell, 1 + (draw % (2 + gene as u64 % 5)) as u32));
                }
            }
        }
        Made { cells, genes, entries }
    }
    fn mtx(&self) -> String {
        let mut text = format!(
            "%%MatrixMarket matrix coordinate integer general\n%made\n{} {} {}\n",
            self.genes,
            self.cells,
            self.entries.len()
        );
        self.entries.iter().for_each(|(gene, cell, n)| text += &format!("{} {} {n}\n", gene + 1, cell + 1));
        text
    }
    fn features(&self) -> String {
        (0..self.genes).map(|g| format!("ENSG{g:05}\tG{g}\tGene Expression\n")).collect()
    }
    fn barcodes(&self) -> String {
        (0..self.cells).map(|c| format!("CELL{c}-1\n")).collect()
    }
    /// The same as text with a comma.
    fn csv(&self) -> String {
        let mut dense = vec![vec![0; self.genes]; self.cells];
        self.entries.iter().for_each(|(gene, cell, n)| dense[*cell][*gene] = *n);
        let names: Vec<String> = (0..self.genes).map(|g| format!("G{g}")).collect();
        let rows = dense.iter().enumerate().map(|(cell, row)| {
            let row: Vec<String> = row.iter().map(u32::to_string).collect();
            format!("CELL{cell}-1,{}\n", row.join(","))
        });
        format!("barcode,{}\n{}", names.join(","), rows.collect::<String>())
    }
}

struct Given {
    files: Vec<(Part, Vec<u8>)>,
    options: ReadOptions,
    limit: Option<u64>,
    piece: usize,
}

impl Given {
    fn of(mtx: &str, features: &str, barcodes: &str) -> Given {
        let files = [(Part::Matrix, mtx), (Part::Features, features), (Part::Barcodes, barcodes)];
        let files = files.iter().map(|(part, text)| (*part, text.as_bytes().to_vec())).collect();
        Given { files, options: ReadOptions::default(), limit: None, piece: 1 << 20 }
    }
    fn made(made: &Made) -> Given {
        Given::of(&made.mtx(), &made.features(), &made.barcodes())
    }
    fn read(self) -> Result<Table> {
        let mut reader = MatrixReader::new("matrix.mtx", self.options);
        if let Some(limit) = self.limit {
            reader.set_limit(limit);
        }
        for (part, bytes) in &self.files {
            reader.push(*part, "part", &[])?;
            for piece in bytes.chunks(self.piece) {
                reader.push(*part, "part", piece)?;
            }
        }
        reader.finish()
    }
    fn refused(self) -> (String, String) {
        let error = self.read().expect_err("refused");
        (error.code().as_str().to_owned(), error.to_string())
    }
}

fn cells(table: &Table) -> Vec<(String, Kind, Vec<String>)> {
    let texts = |column: &autograft::table::Column| (0..table.rows).map(|row| column.cell_text(row)).collect();
    table.columns.iter().map(|column| (column.name.clone(), column.kind, texts(column))).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn the_three_files_are_the_table_that_the_csv_is() {
    let made = Made::new(40, 90);
    let csv = super::table(made.csv().as_bytes());
    let expected = cells(&csv);
    let table = Given::made(&made).read().unwrap();
    assert_eq!(cells(&table), expected);
    // In any pieces, packed, in any order, with cells in rows.
    let small = Given { piece: 3, ..Given::made(&made) };
    assert_eq!(cells(&small.read().unwrap()), expected);
    let mut packed = Given { piece: 7, ..Given::made(&made) };
    packed.files.iter_mut().for_each(|(_, bytes)| *bytes = gzip(bytes));
    packed.files.reverse();
    assert_eq!(cells(&packed.read().unwrap()), expected);
    let mut turned = format!(
        "%%MatrixMarket matrix coordinate real general\n{} {} {}\n",
        made.cells,
        made.genes,
        made.entries.len()
    );
    made.entries.iter().for_each(|(gene, cell, n)| turned += &format!("{} {} {n}.0\n", cell + 1, gene + 1));
    assert_eq!(cells(&Given::of(&turned, &made.features(), &made.barcodes()).read().unwrap()), expected);
    assert!(table.counts_suggested().is_some() && csv.counts_suggested().is_some(), "asked, not done");
    // The page's copy is the same table.
    assert_eq!(Table::from_bytes(&table.to_bytes()).unwrap(), table);
}

#[test]
fn a_matrix_is_prepared_as_the_csv_is() {
    let made = Made::new(40, 90);
    for variable in [
        None,
        Some(Variable::Top { genes: 20 }),
        Some(Variable::Cutoffs { min_mean: 0.0, max_mean: 9.0, min_disp: 0.2 }),
    ] {
        let counts = Counts { min_genes: 24, min_cells: 6, variable, ..Counts::default() };
        let options = || ReadOptions { counts: Some(counts.clone()), ..ReadOptions::default() };
        let csv = read("a.csv", made.csv().as_bytes(), &options()).unwrap();
        let table = Given { options: options(), ..Given::made(&made) }.read().unwrap();
        assert_eq!(cells(&table), cells(&csv));
        assert!(table.rows < made.cells && table.rows > 5, "{} rows", table.rows);
        let cell: usize = table.column("barcode").unwrap().cell_text(0)[4..].trim_end_matches("-1").parse().unwrap();
        assert_eq!(table.spreadsheet_row(0), cell + 1, "barcodes.tsv has no header");
    }
}

#[test]
fn symbols_name_genes_and_other_features_and_twins_are_said() {
    let mtx = "%%MatrixMarket matrix coordinate integer general\n4 3 5\n1 1 2\n2 1 1\n3 2 7\n4 3 9\n1 3 1\n";
    let features =
        "E1\tTP53\tGene Expression\nE2\tTP53\tGene Expression\nE3\t\tGene Expression\nE4\tCD3\tAntibody Capture\n";
    let table = Given::of(mtx, features, "A\nB\nA\n").read().unwrap();
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["barcode", "TP53", "TP53.2", "E3"]);
    let notes: Vec<&str> = table.notes.iter().map(|note| note.code.as_str()).collect();
    for code in ["matrix", "matrix_barcodes_repeated", "matrix_other_features", "duplicate_names"] {
        assert!(notes.contains(&code), "{code} in {notes:?}");
    }
    assert_eq!(table.rows, 3, "both cells of one barcode stay");
    assert_eq!(table.column("TP53").unwrap().numbers(), [2.0, 0.0, 1.0]);
    // Older releases: two columns, genes.tsv; R: a header over both lists.
    let two = "gene\tname\nE1\tTP53\nE2\tMYC\nE3\tKRAS\nE4\tCD3\n";
    let table = Given::of(mtx, two, "x\nA\nB\nC\n").read().unwrap();
    assert_eq!(table.column("KRAS").unwrap().numbers(), [0.0, 7.0, 0.0]);
    assert_eq!(table.spreadsheet_row(0), 2);
}

#[test]
fn a_part_alone_is_named_with_what_is_missing() {
    let made = Made::new(5, 8);
    let alone = |name: &str, text: &str| {
        let error = read(name, text.as_bytes(), &ReadOptions::default()).expect_err("a part");
        (error.code().as_str().to_owned(), error.facts()[0].1.clone())
    };
    let code = "matrix_alone".to_owned();
    assert_eq!(alone("GSM1_matrix.mtx", &made.mtx()), (code.clone(), "features.tsv, barcodes.tsv".to_owned()));
    assert_eq!(alone("barcodes.tsv", &made.barcodes()), (code.clone(), "matrix.mtx, features.tsv".to_owned()));
    assert_eq!(alone("features.tsv.gz", &made.features()), (code.clone(), "matrix.mtx, barcodes.tsv".to_owned()));
    let mut two = Given::made(&made);
    two.files.remove(1);
    let (code, words) = two.refused();
    assert!(code == "matrix_alone" && words.contains("features.tsv") && !words.contains("barcodes.tsv"), "{words}");
    // A table that is merely called so stays one.
    assert_eq!(
        read("genes.tsv", b"TP53\tMYC\tage\ty\n1\t2\t3\t0\n2\t3\t4\t1\n", &ReadOptions::default()).unwrap().rows,
        2
    );
}

#[test]
fn what_does_not_fit_together_is_refused_with_its_line() {
    let made = Made::new(6, 9);
    let (mtx, features, barcodes) = (made.mtx(), made.features(), made.barcodes());
    let refused = |mtx: &str, features: &str, barcodes: &str, said: &str| {
        let (code, words) = Given::of(mtx, features, barcodes).refused();
        assert!(code == "bad_matrix" && words.contains(said), "{said}: {words}");
    };
    refused(&mtx, &features, "A\nB\n", "2 barcodes");
    refused(&mtx.replacen("general", "symmetric", 1), &features, &barcodes, "symmetric");
    refused(&mtx.replacen("coordinate", "array", 1), &features, &barcodes, "array");
    let cut: String = mtx.lines().take(9).map(|line| format!("{line}\n")).collect();
    refused(&cut, &features, &barcodes, "announced");
    refused(&(mtx.clone() + "1 99 1\n"), &features, &barcodes, "1 99 1");
    refused(&(mtx.clone() + "0 1 1\n"), &features, &barcodes, "0 1 1");
    refused(&(mtx.clone() + "1 1\n"), &features, &barcodes, "1 1");
    refused("", &features, &barcodes, "no line of sizes");
    let (gene, cell, _) = made.entries[0];
    let twice = mtx.replacen(&format!(" {}\n", made.entries.len()), &format!(" {}\n", made.entries.len() + 1), 1);
    refused(&format!("{twice}{} {} 3\n", gene + 1, cell + 1), &features, &barcodes, "two entries");
    let mut damaged = Given::made(&made);
    damaged.files[0].1 = gzip(&damaged.files[0].1);
    let half = damaged.files[0].1.len() / 2;
    damaged.files[0].1.truncate(half);
    assert!(["bad_gzip", "bad_matrix"].contains(&damaged.refused().0.as_str()));
}

#[test]
fn more_than_memory_holds_is_refused_before_it_is_expanded_and_fits_once_prepared() {
    // 200 cells of 60,000 genes: few of them seen.
    let (n, genes) = (200, 60_000);
    let entries = (0..n).flat_map(|cell| {
        (0..300).map(move |k| ((k * 7 + cell % 5) % 2500, cell, 1 + ((k * k + cell * k) % 23) as u32))
    });
    let made = Made { cells: n, genes, entries: entries.collect() };
    let limit = Some(40 << 20);
    let (code, words) = Given { limit, ..Given::made(&made) }.refused();
    assert_eq!(code, "matrix_too_dense");
    assert!(words.contains("60000 genes") && words.contains("MiB"), "{words}");
    let options = ReadOptions {
        counts: Some(Counts { variable: Some(Variable::Top { genes: 500 }), ..Counts::default() }),
        ..ReadOptions::default()
    };
    let table = Given { limit, options, ..Given::made(&made) }.read().unwrap();
    assert_eq!(table.rows, n);
    // As in scanpy, genes that vary as much as the last one stay with it.
    assert!((501..520).contains(&table.columns.len()), "{} columns", table.columns.len());
    // A billion entries are refused at the line that announces them.
    let mtx = "%%MatrixMarket matrix coordinate integer general\n30000 500000 1000000000\n";
    let (code, words) = Given { limit: Some(2_000_000_000), ..Given::of(mtx, "", "") }.refused();
    assert!(code == "too_large" && words.contains("18.6 GiB"), "{words}");
}

#[test]
fn an_h5ad_is_refused_with_the_way_to_export_it() {
    let mut bytes = b"\x89HDF\r\n\x1a\n".to_vec();
    bytes.resize(4096, 0);
    let error = read("cells.h5ad", &bytes, &ReadOptions::default()).expect_err("HDF5");
    assert_eq!(error.code().as_str(), "hdf5_file");
    assert!(autograft::text::get("error.hdf5_file.hint").contains("to_csv"));
}
