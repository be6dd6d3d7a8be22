//! Long tables of readings made into windows.

use super::table;
use autograft::table::{GlucoseUnit, Kind, ReadOptions, Table, Windows, read, spikes};

/// Two people at five minutes; `cell` writes a reading, or nothing.
fn long(days: usize, cell: impl Fn(usize, usize) -> Option<f64>) -> String {
    let mut text = "subject,datetime,glucose,CHO,insulin\n".to_owned();
    for person in 0..2 {
        for at in 0..days * 288 {
            let value = cell(person, at).map_or(String::new(), |v| format!("{v}"));
            let (day, minute) = (at / 288 + 1, at % 288 * 5);
            let cho = if at % 96 == 20 { "40" } else { "" };
            text += &format!("p{person},2025-03-{day:02} {:02}:{:02},{value},{cho},0.1\n", minute / 60, minute % 60);
        }
    }
    text
}

fn windowed(text: &str, change: impl Fn(&mut Windows)) -> autograft::Result<Table> {
    let mut how = table(text.as_bytes()).windows_suggested().expect("a suggestion");
    change(&mut how);
    read("a.csv", text.as_bytes(), &ReadOptions { windows: Some(how), ..ReadOptions::default() })
}

fn cell(table: &Table, name: &str, row: usize) -> f64 {
    table.column(name).unwrap_or_else(|| panic!("no {name}")).number(row).unwrap_or(f64::NAN)
}

#[test]
fn a_long_table_is_recognised_with_its_columns_step_and_unit() {
    let text = long(3, |person, at| Some(100.0 + person as f64 * 20.0 + (at % 100) as f64));
    let how = table(text.as_bytes()).windows_suggested().expect("a suggestion");
    assert_eq!(how.person.as_deref(), Some("subject"));
    assert_eq!((how.time.as_str(), how.value.as_str()), ("datetime", "glucose"));
    assert_eq!(how.amounts, ["CHO", "insulin"]);
    assert_eq!((how.step, how.history, how.horizon, how.every), (5, 180, 30, 1));
    assert_eq!(how.unit, GlucoseUnit::MgDl);
    let mmol = long(3, |_, at| Some(5.0 + (at % 50) as f64 / 10.0));
    assert_eq!(table(mmol.as_bytes()).windows_suggested().map(|how| how.unit), Some(GlucoseUnit::MmolL));
    // One measurement of glucose a patient is no series.
    let clinic: String = (0..200).map(|i| format!("{i},2025-03-01,{},{}\n", 90 + i % 30, i % 2)).collect();
    assert_eq!(table(format!("id,admission,glucose,died\n{clinic}").as_bytes()).windows_suggested(), None);
}

#[test]
fn a_window_holds_its_history_and_what_is_read_a_horizon_later() {
    let text = long(3, |person, at| Some(60.0 + 200.0 * person as f64 + at as f64 / 10.0));
    let table = windowed(&text, |how| how.test_days = 1).expect("windows");
    // 3 × 288 steps, 36 of history and 6 ahead: one window a start.
    let each = 3 * 288 - 41;
    assert_eq!(table.rows, 2 * each);
    assert_eq!(table.columns.len(), 4 + 3 * 36 + 1);
    assert_eq!(cell(&table, "glucose 175 min ago", 0), 60.0);
    assert_eq!(cell(&table, "glucose 0 min ago", 0), 63.5);
    assert_eq!(cell(&table, "glucose in 30 min", 0), 64.1);
    assert_eq!(cell(&table, "CHO 75 min ago", 0), 40.0, "the meal of step 20");
    assert_eq!(cell(&table, "CHO 70 min ago", 0), 0.0);
    assert_eq!(cell(&table, "glucose 175 min ago", each), 260.0, "the second person begins anew");
    let text_of = |name: &str, row: usize| table.column(name).map(|column| column.cell_text(row)).unwrap_or_default();
    assert_eq!(text_of("person", each), "p1");
    assert_eq!(text_of("time", 0), "2025-03-01 02:55");
    assert_eq!(text_of("day", 0), "p0 2025-03-01");
    assert_eq!(table.column("time").map(|column| column.kind), Some(Kind::Date));
    // The day of the label decides: the forecast of 23:35 is for 00:05 of the last day.
    let last = (0..each).find(|&row| text_of("set", row) == "test").expect("a tested row");
    assert_eq!(text_of("time", last), "2025-03-02 23:30");
    assert!((last..each).all(|row| text_of("set", row) == "test"));
    // Another worker gets it whole, with how it was made.
    assert_eq!(Table::from_bytes(&table.to_bytes()).expect("bytes"), table);
    let some = windowed(&text, |how| how.every = 3).expect("windows");
    assert_eq!(some.rows, 2 * each.div_ceil(3));
}

#[test]
fn gaps_are_filled_from_their_own_history_alone_and_a_label_must_be_read() {
    // Steps 10 to 19 and everything from 30 to 60 are gaps, the label of the first window (41) among them.
    let text = long(2, |_, at| (!(10..20).contains(&at) && !(30..=60).contains(&at)).then_some(100.0 + at as f64));
    let table = windowed(&text, |_| {}).expect("windows");
    // Starts 0 to 19 have their labels in the gap.
    assert_eq!(cell(&table, "glucose 175 min ago", 0), 120.0);
    let at = |minutes: u32, row: usize| cell(&table, &Windows::lagged("glucose", minutes), row);
    // Its history is steps 20 to 55: 30 to 55 lie on the line through 28 and 29, not on one to 61.
    assert_eq!(at(0, 0), 155.0);
    // The next day's first windows see nothing of it.
    let notes: Vec<&str> = table.notes.iter().map(|note| note.code.as_str()).collect();
    assert!(notes.contains(&"windows_filled") && notes.contains(&"windows_unlabelled"), "{notes:?}");
    // Between two readings a gap is a line; steps jump by 1 only if the line is right.
    let curved = long(2, |_, at| (at != 10).then_some(100.0 + (at * at % 7) as f64));
    let table = windowed(&curved, |_| {}).expect("windows");
    let step = |k: usize| 100.0 + (k * k % 7) as f64;
    assert_eq!(cell(&table, &Windows::lagged("glucose", (35 - 10) * 5), 0), (step(9) + step(11)) / 2.0);
}

#[test]
fn disorder_repeats_and_short_people_are_said_and_change_nothing_else() {
    let text = long(2, |_, at| Some(100.0 + (at % 90) as f64));
    let plain = windowed(&text, |_| {}).expect("windows");
    let (header, body) = text.split_once('\n').expect("a header");
    let mut lines: Vec<&str> = body.lines().collect();
    lines.swap(3, 400);
    lines.insert(10, lines[9]);
    let messy = format!("{header}\n{}\np2,2025-03-01 00:00,100,,\n", lines.join("\n"));
    let table = windowed(&messy, |_| {}).expect("windows");
    assert_eq!(table.rows, plain.rows);
    for (a, b) in plain.columns.iter().zip(&table.columns).filter(|(a, _)| a.kind == Kind::Number) {
        assert_eq!(a.numbers(), b.numbers(), "{}", a.name);
    }
    let note = |code: &str| table.notes.iter().find(|note| note.code == code);
    assert!(note("windows_unordered").is_some() && note("windows_repeated").is_some());
    let short = note("windows_one_day").expect("said");
    assert_eq!(short.facts, [("persons".to_owned(), "p2".to_owned())]);
}

#[test]
fn units_are_converted_and_a_person_in_another_unit_is_named() {
    let mg = long(2, |_, at| Some(90.0 + (at % 60) as f64));
    let mmol = long(2, |_, at| Some((90.0 + (at % 60) as f64) / 18.016));
    let (a, b) = (windowed(&mg, |_| {}).expect("windows"), windowed(&mmol, |_| {}).expect("windows"));
    let gap = |row: usize| (cell(&a, "glucose in 30 min", row) - cell(&b, "glucose in 30 min", row)).abs();
    assert!((0..a.rows).all(|row| gap(row) < 0.01));
    let mixed = long(2, |person, at| Some((90.0 + (at % 60) as f64) / if person == 1 { 18.0 } else { 1.0 }));
    let error = windowed(&mixed, |how| how.unit = GlucoseUnit::MgDl).expect_err("two units");
    assert_eq!(error.code().as_str(), "mixed_units");
    assert!(error.to_string().contains("p1") && !error.to_string().contains("p0"), "{error}");
}

#[test]
fn impossible_settings_and_tables_without_a_window_are_refused_with_the_reason() {
    let text = long(2, |_, at| Some(100.0 + (at % 90) as f64));
    let code = |change: fn(&mut Windows)| windowed(&text, change).expect_err("refused").code().as_str();
    assert_eq!(code(|how| how.value = "glucos".to_owned()), "no_such_column");
    assert_eq!(code(|how| how.time = "subject".to_owned()), "text_in_numbers");
    assert_eq!(code(|how| how.history = 12), "wrong_type");
    assert_eq!(code(|how| how.every = 0), "out_of_range");
    let hour = "subject,time,glucose\np,2025-03-01 00:00,100\np,2025-03-01 00:05,110\n";
    let how = Windows {
        time: "time".into(),
        value: "glucose".into(),
        step: 5,
        history: 30,
        horizon: 30,
        every: 1,
        ..Windows::default()
    };
    let one = read("a.csv", hour.as_bytes(), &ReadOptions { windows: Some(how), ..ReadOptions::default() });
    assert_eq!(one.expect_err("two readings").code().as_str(), "no_windows");
}

#[test]
fn readings_that_leap_are_those_of_numpy_and_are_taken_out_on_request() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/spikes.json");
    let golden: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let reals = |value: &serde_json::Value| -> Vec<f64> {
        value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
    };
    for case in golden["cases"].as_array().unwrap() {
        let found = spikes(&reals(&case["times"]), &reals(&case["values"]));
        let found: Vec<usize> = (0..found.len()).filter(|&at| found[at]).collect();
        let theirs: Vec<usize> =
            case["leaps"].as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as usize).collect();
        assert_eq!(found, theirs);
    }
    assert!(spikes(&[0.0, 1.0, 2.0], &[100.0; 3]).iter().all(|leaps| !leaps), "nothing varies");
    // One reading of 400 among readings near 100.
    let text = long(3, |_, at| Some(if at == 400 { 400.0 } else { 100.0 + (at % 20) as f64 }));
    for (spikes, notes) in [(false, 0), (true, 1)] {
        let table = windowed(&text, |how| how.spikes = spikes).expect("windows");
        let histories =
            table.columns.iter().filter(|column| Windows::lag(&column.name).is_some_and(|(of, _)| of == "glucose"));
        let most = histories.flat_map(|column| column.numbers()).fold(0.0_f64, f64::max);
        assert_eq!(most > 300.0, !spikes, "{most}");
        assert_eq!(table.notes.iter().filter(|note| note.code == "windows_spikes").count(), notes);
    }
}
