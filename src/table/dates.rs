//! Days in the usual writings: `2024-03-01`, `2024/3/1`, `01.03.2024`, `3/1/2024`, each with a time or without, and `2024年3月1日`.

/// Which of two readings `03/04/2024` has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) enum Order {
    DayFirst,
    MonthFirst,
}

/// (first, second, third, whether the year comes first, fraction of the day)
fn parts(text: &str) -> Option<(u32, u32, u32, bool, f64)> {
    let bytes = text.as_bytes();
    if !(6..=40).contains(&bytes.len()) || !bytes.first()?.is_ascii_digit() {
        return None;
    }
    let (day, time) = match text.find([' ', 'T']) {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?.trim()),
        None => (text, ""),
    };
    let day = day.trim_end_matches('日');
    let mut fields = [0u32; 3];
    let mut sizes = [0usize; 3];
    let mut sign = None;
    let mut at = 0;
    for c in day.chars() {
        if let Some(digit) = c.to_digit(10) {
            let field = fields.get_mut(at)?;
            *field = field.checked_mul(10)?.checked_add(digit)?;
            *sizes.get_mut(at)? += 1;
        } else {
            let kind = match c {
                '-' | '/' | '.' => c,
                '年' | '月' => '年',
                _ => return None,
            };
            if *sign.get_or_insert(kind) != kind {
                return None;
            }
            at += 1;
        }
    }
    let [first, second, third] = fields;
    let year_first = sizes == [4, sizes[1], sizes[2]];
    let shape = if year_first {
        (1..=2).contains(&sizes[1]) && (1..=2).contains(&sizes[2])
    } else {
        (1..=2).contains(&sizes[0]) && (1..=2).contains(&sizes[1]) && sizes[2] == 4
    };
    if at != 2 || !shape {
        return None;
    }
    Some((first, second, third, year_first, clock(time)?))
}

/// The fraction of the day that `time` is.
fn clock(time: &str) -> Option<f64> {
    if time.is_empty() {
        return Some(0.0);
    }
    let time = time.trim_end_matches('Z');
    // An offset from UTC does not move the day here: the wall clock is what the record says.
    let time = time.split_once('+').map_or(time, |(clock, _)| clock);
    let mut seconds = 0.0;
    for (at, part) in time.split(':').enumerate() {
        let unit = [3600.0, 60.0, 1.0].get(at)?;
        if !part.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return None;
        }
        seconds += unit * part.parse::<f64>().ok()?;
    }
    (seconds < 86_400.0).then_some(seconds / 86_400.0)
}

fn civil(year: u32, month: u32, day: u32) -> Option<f64> {
    if !(1000..=2999).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    if day == 0 || day > *last.get(month as usize - 1)? {
        return None;
    }
    // Days since 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms").
    let y = i64::from(year) - i64::from(month <= 2);
    let era = y.div_euclid(400);
    let yoe = y - era * 400;
    let doy = (153 * (i64::from(month) + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(day) - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    Some((era * 146_097 + doe - 719_468) as f64)
}

/// Days since 1970-01-01.
pub(super) fn days(text: &str, order: Order) -> Option<f64> {
    let (first, second, third, year_first, clock) = parts(text)?;
    let day = if year_first {
        civil(first, second, third)
    } else if order == Order::DayFirst {
        civil(third, second, first)
    } else {
        civil(third, first, second)
    };
    day.map(|day| day + clock)
}

/// A day as `2025-03-01`, with its clock (to the minute) or without.
pub(super) fn civil_text(days: f64, clock: bool) -> String {
    let minutes = (days * 1440.0 + 1e-6).floor() as i64;
    let (day, minute) = (minutes.div_euclid(1440), minutes.rem_euclid(1440));
    // As above, backwards.
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (day, month) = (doy - (153 * mp + 2) / 5 + 1, if mp < 10 { mp + 3 } else { mp - 9 });
    let year = yoe + era * 400 + i64::from(month <= 2);
    let date = format!("{year:04}-{month:02}-{day:02}");
    if clock { format!("{date} {:02}:{:02}", minute / 60, minute % 60) } else { date }
}

/// Whether `text` is a day in one order or the other.
pub(super) fn looks(text: &str) -> bool {
    days(text, Order::DayFirst).is_some() || days(text, Order::MonthFirst).is_some()
}

/// The order in which every text is a day; the flag says that both are possible.
pub(super) fn order<'a>(texts: impl Iterator<Item = &'a str>) -> (Order, bool) {
    let (mut day_first, mut month_first, mut either) = (0usize, 0usize, 0usize);
    for text in texts {
        let Some((first, second, _, false, _)) = parts(text) else { continue };
        match (first > 12, second > 12) {
            (true, false) => day_first += 1,
            (false, true) => month_first += 1,
            _ if first != second => either += 1,
            _ => {}
        }
    }
    let order = if month_first > day_first { Order::MonthFirst } else { Order::DayFirst };
    (order, day_first == month_first && either > 0)
}
