//! Names of columns and levels, made comparable.

use crate::table::{Column, Kind};
use std::collections::BTreeMap;

/// The words of a column's name in lower case: `dTime`, `d.time` and `D_TIME` give `d`, `time`.
pub fn words(name: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut before: Option<char> = None;
    for c in name.chars() {
        let hump = c.is_uppercase() && before.is_some_and(char::is_lowercase);
        if (!c.is_alphanumeric() || hump) && !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        before = Some(c);
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

/// A column's name without case, punctuation and the unit in brackets or at its end: `Glucose (mmol/L)` gives `glucose`.
pub fn plain(name: &str) -> String {
    let bare = match name.find(['(', '[']) {
        Some(at) if at > 0 => &name[..at],
        _ => name,
    };
    let mut words = words(bare);
    // At the end only, and never the whole name: `g` alone may be a gene.
    const UNITS: [&str; 26] = [
        "mg",
        "dl",
        "mmol",
        "umol",
        "µmol",
        "l",
        "ml",
        "g",
        "kg",
        "lb",
        "lbs",
        "cm",
        "mm",
        "mmhg",
        "bpm",
        "years",
        "yrs",
        "year",
        "yr",
        "pct",
        "percent",
        "celsius",
        "fahrenheit",
        "iu",
        "meq",
        "inches",
    ];
    while words.len() > 1 && words.last().is_some_and(|last| UNITS.contains(&last.as_str())) {
        words.pop();
    }
    words.concat()
}

/// Names that mean the same in clinical tables; the first of each row is what the others are read as.
const SYNONYMS: [&[&str]; 40] = [
    &["sex", "gender", "性别"],
    &["age", "ageatadmission", "ageatdiagnosis", "agey", "ageinyears", "年龄"],
    &["bmi", "bodymassindex"],
    &["systolicbp", "sbp", "sysbp", "systolicbloodpressure", "systbp", "trestbps", "restingbp"],
    &["diastolicbp", "dbp", "diabp", "diastolicbloodpressure"],
    &["meanbp", "map", "meanarterialpressure", "mbp"],
    &["heartrate", "hr", "hrt", "pulse", "pulserate"],
    &["respiratoryrate", "rr", "resp", "resprate"],
    &["temperature", "temp", "bodytemperature"],
    &["spo2", "o2sat", "oxygensaturation", "sao2"],
    &["whitebloodcells", "wbc", "wblc", "leukocytes", "leucocytes", "whitecellcount"],
    &["platelets", "plt", "plateletcount"],
    &["hemoglobin", "haemoglobin", "hb", "hgb"],
    &["hematocrit", "haematocrit", "hct"],
    &["creatinine", "crea", "scr", "serumcreatinine", "creat"],
    &["bun", "bloodureanitrogen"],
    &["urea", "bloodurea"],
    &["sodium", "na", "sod"],
    &["potassium", "k", "pot"],
    &["chloride", "cl"],
    &["glucose", "glu", "bloodglucose", "bloodsugar"],
    &["cholesterol", "chol", "totalcholesterol", "tc"],
    &["ldl", "ldlcholesterol", "ldlc"],
    &["hdl", "hdlcholesterol", "hdlc"],
    &["triglycerides", "tg", "trig"],
    &["bilirubin", "bili", "totalbilirubin", "tbil"],
    &["albumin", "alb"],
    &["alt", "sgpt", "alat"],
    &["ast", "sgot", "asat"],
    &["alp", "alkalinephosphatase"],
    &["crp", "creactiveprotein"],
    &["lactate", "lac"],
    &["ph", "bloodph"],
    &["hba1c", "a1c", "glycatedhemoglobin"],
    &["weight", "bodyweight", "wt", "体重"],
    &["height", "bodyheight", "ht", "身高"],
    &["smoking", "smoker", "smokingstatus", "smoke"],
    &["diabetes", "dm", "diabetesmellitus"],
    &["race", "ethnicity"],
    &["inr", "internationalnormalizedratio"],
];

/// What a plain name is a synonym of: itself where nothing is known.
pub fn synonym(plain: &str) -> &str {
    SYNONYMS.iter().find(|row| row.contains(&plain)).and_then(|row| row.first()).map_or(plain, |first| first)
}

/// A level as it is compared: trimmed; `1.0` and `1` are the same.
pub fn level_text(text: &str) -> String {
    let text = text.trim();
    match text.split_once('.') {
        Some((whole, zeros))
            if !zeros.is_empty()
                && zeros.bytes().all(|b| b == b'0')
                && !whole.is_empty()
                && whole.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit()) =>
        {
            whole.to_owned()
        }
        _ => text.to_owned(),
    }
}

/// A number as a level.
pub fn number_text(value: f64) -> String {
    level_text(&value.to_string())
}

/// The level of one row as it is compared; `None` is missing.
pub fn level_at(column: &Column, row: usize) -> Option<String> {
    match column.level(row) {
        Some(text) if column.kind != Kind::Number => Some(level_text(text)),
        _ => column.number(row).filter(|v| v.is_finite()).map(number_text),
    }
}

/// The levels of a column with how often each occurs; `None` where there are more than `at_most`.
pub fn levels(column: &Column, at_most: usize) -> Option<BTreeMap<String, u32>> {
    let mut out: BTreeMap<String, u32> = BTreeMap::new();
    if column.kind != Kind::Number {
        for (level, count) in column.levels() {
            *out.entry(level_text(&level)).or_default() += count;
            if out.len() > at_most {
                return None;
            }
        }
        return Some(out);
    }
    let mut seen: Vec<(f64, u32)> = Vec::new();
    for value in column.numbers().into_iter().filter(|v| !v.is_nan()) {
        match seen.iter().position(|(known, _)| *known == value) {
            Some(place) => seen[place].1 += 1,
            None if seen.len() == at_most => return None,
            None => seen.push((value, 1)),
        }
    }
    Some(seen.into_iter().map(|(value, count)| (number_text(value), count)).collect())
}

/// Sorts levels by their number where all are numbers, by their text otherwise.
pub fn sort_levels(levels: &mut [String]) {
    if levels.iter().all(|level| level.parse::<f64>().is_ok()) {
        let number = |level: &String| level.parse::<f64>().unwrap_or(f64::NAN);
        levels.sort_by(|a, b| number(a).total_cmp(&number(b)).then_with(|| a.cmp(b)));
    } else {
        levels.sort();
    }
}

/// What a level says of sex or of yes and no, in the words of one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// Male.
    Male,
    /// Female.
    Female,
    /// Yes, positive, present.
    Yes,
    /// No, negative, absent.
    No,
}

/// The meaning of a level by its word; digits have none of their own.
pub fn meaning(level: &str) -> Option<Meaning> {
    match level.trim().to_lowercase().as_str() {
        "m" | "male" | "man" | "boy" | "男" | "男性" => Some(Meaning::Male),
        "f" | "female" | "woman" | "girl" | "w" | "女" | "女性" => Some(Meaning::Female),
        "y" | "yes" | "true" | "t" | "pos" | "positive" | "present" | "+" | "是" | "有" | "阳性" => {
            Some(Meaning::Yes)
        }
        "n" | "no" | "false" | "neg" | "negative" | "absent" | "none" | "-" | "否" | "无" | "阴性" => {
            Some(Meaning::No)
        }
        _ => None,
    }
}
