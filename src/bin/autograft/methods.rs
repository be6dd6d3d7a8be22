//! `methods`: the registry as a list, as JSON, and as the pages of `docs/methods`.

use autograft::methods::card::Paper;
use autograft::methods::config::{Field, Range};
use autograft::methods::registry::REGISTRY;
use autograft::methods::{AnyMethod, Card};
use autograft::{Code, Result, text};
use serde::Serialize;
use serde_json::{Value, json};

use crate::args::Methods;
use crate::files;

/// `autograft methods`.
pub fn methods(asked: &Methods) -> Result<()> {
    if asked.json {
        let all: Vec<Value> = REGISTRY.iter().map(|m| json!({ "card": m.card(), "fields": m.fields() })).collect();
        let json = serde_json::to_string_pretty(&all).map_err(|e| Code::Internal.err().with("reason", e))?;
        return files::print(&(json + "\n"));
    }
    if let Some(folder) = &asked.docs {
        let pages: Vec<(String, Vec<u8>)> =
            REGISTRY.iter().map(|method| (format!("{}.md", method.card().id), page(*method).into_bytes())).collect();
        files::write_all(folder, &pages)?;
        let said = [("folder", folder.display().to_string()), ("n", pages.len().to_string())];
        return files::print(&format!("{}\n", text::fill("command.methods.written", &said)));
    }
    let rows: Vec<Vec<String>> = REGISTRY
        .iter()
        .map(|method| {
            let card = method.card();
            vec![card.id.to_owned(), format!("{}. {}", name(card), idea(card))]
        })
        .collect();
    let width = rows.iter().filter_map(|row| row.first()).map(|id| id.chars().count()).max().unwrap_or(0);
    let lines = rows.iter().map(|row| format!("{:width$}  {}\n", row[0], row[1]));
    files::print(&lines.collect::<String>())
}

fn name(card: &Card) -> &'static str {
    text::get(key(format!("method.{}", card.id)))
}

fn idea(card: &Card) -> &'static str {
    text::get(key(format!("method.{}.idea", card.id)))
}

/// Keys are few and live as long as the program.
fn key(key: String) -> &'static str {
    Box::leak(key.into_boxed_str())
}

/// A method's page: from its card, its fields and the language file, nothing else.
fn page(method: &dyn AnyMethod) -> String {
    let card = method.card();
    let word = |key: &str| text::get(key).to_owned();
    let mut out = format!("<!-- {} -->\n# {}\n\n{}\n", word("command.docs.generated"), name(card), idea(card));
    let how = format!("method.{}.how", card.id);
    if text::get(&how) != how {
        out += &format!("\n{}\n", text::get(&how));
    }
    out += "\n| | |\n| --- | --- |\n";
    let needs = card.needs.iter().map(|need| choice("need", need)).collect::<Vec<_>>().join(", ");
    let rows = [
        ("id", format!("`{}`", card.id)),
        ("scenario", choice("scenario", &card.scenario)),
        ("factor", choice("factor", &card.factor)),
        ("needs", if needs.is_empty() { "–".to_owned() } else { needs }),
        ("kinds", choice("kinds", &card.kinds)),
        ("honesty", choice("honesty", &card.honesty)),
        ("paper", card.paper.map_or_else(|| "–".to_owned(), paper)),
    ];
    for (key, value) in rows {
        out += &format!("| {} | {value} |\n", word(&format!("command.docs.{key}")));
    }
    let fields = method.fields();
    if !fields.is_empty() {
        out += &format!("\n## {}\n\n", word("command.docs.settings"));
        let head = ["setting", "default", "range", "help"].map(|key| word(&format!("command.docs.{key}")));
        out += &format!("| {} |\n| --- | --- | --- | --- |\n", head.join(" | "));
        for field in &fields {
            out += &setting(field);
        }
    }
    out += &format!("\n```sh\nautograft compare --source a.csv --target b.csv --label y --method {}\n```\n", card.id);
    out
}

fn setting(field: &Field) -> String {
    let unit =
        if field.unit.is_empty() { String::new() } else { format!(" {}", text::get(&format!("unit.{}", field.unit))) };
    let range = match &field.range {
        Range::Whole { low, high } => format!("{low} – {high}{unit}"),
        Range::Real { low, high } => format!("{low} – {high}{unit}"),
        Range::Switch => "true, false".to_owned(),
        Range::Choice { options } => options.join(", "),
        Range::Wholes { low, high, min_len, max_len } => {
            let facts = [
                ("low", low.to_string()),
                ("high", high.to_string()),
                ("min", min_len.to_string()),
                ("max", max_len.to_string()),
            ];
            text::fill("command.docs.wholes", &facts) + &unit
        }
    };
    let help = format!(
        "{}: {}",
        text::get(&format!("config.{}", field.name)),
        text::get(&format!("config.{}.help", field.name))
    );
    format!("| `{}` | `{}` | {range} | {help} |\n", field.name, field.default)
}

fn paper(paper: Paper) -> String {
    format!("{} ({}). {}. [doi:{}](https://doi.org/{})", paper.authors, paper.year, paper.title, paper.doi, paper.doi)
}

/// The words of an enum's value: `<group>.<name>`.
fn choice(group: &str, value: &impl Serialize) -> String {
    let name = serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    text::get(&format!("{group}.{name}")).to_owned()
}
