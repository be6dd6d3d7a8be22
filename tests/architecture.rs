//! The arrows of the house, held by reading the source: who may use whom, and what may stand nowhere.
//!
//! Every path is resolved: `use` trees however nested, paths in the middle of an expression or a type, paths inside a
//! macro's arguments, `crate::`, `self::`, `super::`, names that an earlier `use` brought in, names that `lib.rs`
//! re-exports, exported macros, and `autograft::` in the binary.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::Visit;

/// The layers from the lowest up. A module uses what stands on a line above its own, and itself.
const LAYERS: &[&[&str]] = &[
    &["text"],
    &["error"],
    &["rng"],
    &["watch"],
    &["math"],
    &["table"],
    &["generate", "cohort"],
    &["preprocess", "split"],
    &["metrics"],
    &["trees"],
    &["shift"],
    &["device"],
    &["nets"],
    &["train"],
    &["methods"],
    &["transferability", "evaluate", "explain"],
    &["plan"],
    &["report"],
    &["session"],
    &["web", "bin"],
];

/// Modules of `methods` whose files are methods: one never uses another.
const SCENARIOS: &[&str] = &["baseline", "transductive", "inductive", "unsupervised", "segmentation"];

/// Where a crate may be used.
const HOMES: &[(&[&str], &[&str])] = &[
    (&["burn"], &["device", "nets", "train", "methods", "transferability", "explain"]),
    (&["wasm_bindgen", "wasm_bindgen_futures", "web_sys", "js_sys", "serde_wasm_bindgen"], &["web"]),
];

/// Paths that may stand nowhere in `src` but the binary.
const NATIVE_ONLY: &[&[&str]] =
    &[&["std", "thread"], &["std", "fs"], &["std", "time", "Instant"], &["std", "time", "SystemTime"]];

/// Reads that wait for the device: on WebGPU they panic in the page, while on the CPU they pass.
/// `clippy.toml` forbids burn's own by their types; these names stand for nothing else in this crate.
const WAITING_READS: &[&str] = &[
    "into_data",
    "into_scalar",
    "one_hot",
    "argsort",
    "argsort_descending",
    "topk",
    "topk_with_indices",
    "mask_select",
    "into_record",
];

/// The tables of contents at the root: they name modules of every layer.
const ROOT: &str = "lib";

const MOST_LINES: usize = 600;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Offence {
    file: String,
    rule: &'static str,
    what: String,
}

/// What `lib.rs` and the exported macros put at the root of the crate, and the module where each really lives.
#[derive(Default)]
struct Exports(HashMap<String, String>);

struct Source {
    /// The path under `src`, with `/`.
    file: String,
    /// The module's path in the crate: `["methods", "baseline", "pooled"]`; empty for `lib.rs`.
    module: Vec<String>,
    syntax: syn::File,
    lines: usize,
}

impl Source {
    fn top(&self) -> &str {
        self.module.first().map_or(ROOT, String::as_str)
    }
}

fn sources(src: &Path) -> Vec<Source> {
    let mut files = Vec::new();
    let mut folders = vec![src.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files.iter().map(|path| source(src, path)).collect()
}

fn source(src: &Path, path: &Path) -> Source {
    let under = path.strip_prefix(src).unwrap();
    let file = under.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
    let mut module: Vec<String> = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
        module.pop();
    }
    let text = fs::read_to_string(path).unwrap();
    let syntax = syn::parse_file(&text).unwrap_or_else(|e| panic!("{file}: {e}"));
    Source { file, module, syntax, lines: text.lines().count() }
}

fn exports(sources: &[Source]) -> Exports {
    let mut exports = Exports::default();
    for source in sources {
        for item in &source.syntax.items {
            match item {
                syn::Item::Use(item) if source.module.is_empty() => {
                    for (mut path, alias) in leaves(&item.tree) {
                        if path[0] == "crate" || path[0] == "self" {
                            path.remove(0);
                        }
                        exports.0.insert(alias, path[0].clone());
                    }
                }
                syn::Item::Macro(item) if item.attrs.iter().any(|a| a.path().is_ident("macro_export")) => {
                    if let Some(name) = &item.ident {
                        exports.0.insert(name.to_string(), source.top().to_owned());
                    }
                }
                _ => {}
            }
        }
    }
    exports
}

/// The paths of a `use` tree, each with the name that it brings in (`*` for a glob).
fn leaves(tree: &syn::UseTree) -> Vec<(Vec<String>, String)> {
    match tree {
        syn::UseTree::Path(path) => leaves(&path.tree)
            .into_iter()
            .map(|(mut rest, alias)| {
                let alias = if rest == ["self"] && alias == "self" { path.ident.to_string() } else { alias };
                rest.retain(|segment| segment != "self");
                rest.insert(0, path.ident.to_string());
                (rest, alias)
            })
            .collect(),
        syn::UseTree::Name(name) => vec![(vec![name.ident.to_string()], name.ident.to_string())],
        syn::UseTree::Rename(name) => vec![(vec![name.ident.to_string()], name.rename.to_string())],
        syn::UseTree::Glob(_) => vec![(vec!["*".to_owned()], "*".to_owned())],
        syn::UseTree::Group(group) => group.items.iter().flat_map(leaves).collect(),
    }
}

struct Reader<'a> {
    source: &'a Source,
    exports: &'a Exports,
    modules: &'a BTreeSet<String>,
    /// The module that is being read: the file's, and the inline ones around the item.
    module: Vec<String>,
    /// What the `use` items bring in, by the module where they stand.
    aliases: Aliases,
    offences: BTreeSet<Offence>,
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|line| line.contains(&module))
}

impl Reader<'_> {
    fn offend(&mut self, rule: &'static str, what: impl Into<String>) {
        self.offences.insert(Offence { file: self.source.file.clone(), rule, what: what.into() });
    }

    fn in_bin(&self) -> bool {
        self.source.top() == "bin"
    }

    /// The path from the crate's root (`crate` first), or from another crate's name.
    fn resolve(&self, path: &[String]) -> Vec<String> {
        let rooted = |module: &[String], rest: &[String]| {
            let mut whole = vec!["crate".to_owned()];
            whole.extend(module.iter().chain(rest).cloned());
            whole
        };
        match path[0].as_str() {
            // The binary is a crate of its own: its `crate` is itself, and the library is `autograft`.
            "crate" if self.in_bin() => vec!["bin".to_owned()],
            "autograft" if self.in_bin() => rooted(&[], &path[1..]),
            "crate" => path.to_vec(),
            "self" | "super" => {
                let mut module = self.module.clone();
                let mut rest = path;
                while let Some((first, tail)) = rest.split_first() {
                    match first.as_str() {
                        "self" => {}
                        "super" => {
                            module.pop();
                        }
                        _ => break,
                    }
                    rest = tail;
                }
                rooted(&module, rest)
            }
            first => match self.aliases.get(&(self.module.clone(), first.to_owned())) {
                // An alias of itself (`use burn;`) would turn in a circle.
                Some(full) if full != path && full[0] != first => {
                    self.resolve(&full.iter().chain(&path[1..]).cloned().collect::<Vec<_>>())
                }
                Some(full) => full.iter().chain(&path[1..]).cloned().collect(),
                None => path.to_vec(),
            },
        }
    }

    fn check(&mut self, path: &[String]) {
        let full = self.resolve(path);
        let shown = full.join("::");
        let top = self.source.top().to_owned();
        if full[0] == "crate" {
            self.check_own(&full, &shown, &top);
            return;
        }
        for (crates, homes) in HOMES {
            if crates.contains(&full[0].as_str()) && !homes.contains(&top.as_str()) && top != ROOT {
                self.offend("home", shown.clone());
            }
        }
        if full[0] == "burn" {
            if full.iter().any(|s| s == "Initializer" || s == "Dropout" || s == "DropoutConfig") {
                self.offend("burn's randomness", shown.clone());
            }
            // A layer's configuration draws its weights by burn's own generator.
            let draws = |s: &String| s.ends_with("Config") && !s.contains("Norm") && !s.contains("Pool");
            if full.iter().any(|s| s == "nn") && full.iter().any(draws) {
                self.offend("burn's randomness", shown.clone());
            }
        }
        if full.len() > 1 && full[full.len() - 2] == "Tensor" && full[full.len() - 1] == "random" {
            self.offend("burn's randomness", shown.clone());
        }
        if !self.in_bin() && NATIVE_ONLY.iter().any(|no| full.starts_with(&no.map_strings())) {
            self.offend("native only", shown);
        }
    }

    fn check_own(&mut self, full: &[String], shown: &str, top: &str) {
        let Some(name) = full.get(1) else { return };
        let used = match self.exports.0.get(name) {
            Some(home) if !self.modules.contains(name) => home.clone(),
            _ => name.clone(),
        };
        if top == ROOT || used == top {
            if top == "methods" {
                self.check_methods(full, shown);
            }
            return;
        }
        let (Some(mine), Some(theirs)) = (layer(top), layer(&used)) else {
            self.offend("layer", format!("{shown}: {used} stands in no layer"));
            return;
        };
        if theirs >= mine {
            self.offend("layer", shown);
        }
    }

    /// Inside `methods`: a method's file uses no other method, and `common` none at all.
    fn check_methods(&mut self, full: &[String], shown: &str) {
        let here = &self.source.module;
        let from = here.get(1).map_or("", String::as_str);
        let to = full.get(2).map_or("", String::as_str);
        if !SCENARIOS.contains(&to) {
            return;
        }
        let own = here.len() >= 3 && full.len() >= 4 && from == to && here[2] == full[3];
        let contents = here.len() == 2 && from == to;
        if (SCENARIOS.contains(&from) || from == "common") && !own && !contents {
            self.offend("method uses method", shown);
        }
    }

    fn check_cfg(&mut self, tokens: &str) {
        let home = matches!(self.source.top(), "web" | "device" | "text" | ROOT);
        if (tokens.contains("target_family") || tokens.contains("target_arch")) && !home {
            self.offend("cfg", tokens.to_owned());
        }
    }

    /// Macros' arguments are no syntax tree: their paths are found in the text.
    fn check_tokens(&mut self, tokens: &str) {
        let tokens = tokens.replace(" :: ", "::").replace("$crate", "crate").replace("$ crate", "crate");
        for word in tokens.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')) {
            let path: Vec<String> = word.split("::").filter(|s| !s.is_empty()).map(str::to_owned).collect();
            if path.len() > 1 {
                self.check(&path);
            }
            if let Some(name) = path.last()
                && WAITING_READS.contains(&name.as_str())
            {
                self.offend("waiting read", name.clone());
            }
        }
    }
}

trait MapStrings {
    fn map_strings(&self) -> Vec<String>;
}

impl MapStrings for [&str] {
    fn map_strings(&self) -> Vec<String> {
        self.iter().map(|s| (*s).to_owned()).collect()
    }
}

fn only_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|a| match &a.meta {
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    })
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        for (path, _) in leaves(&item.tree) {
            self.check(&path);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        // Tests may look wherever they like; the arrows are those of what is shipped.
        if only_for_tests(&item.attrs) {
            return;
        }
        self.module.push(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        self.check(&segments);
        if let Some(last) = segments.last()
            && segments.len() > 1
            && WAITING_READS.contains(&last.as_str())
        {
            self.offend("waiting read", segments.join("::"));
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let name = call.method.to_string();
        if WAITING_READS.contains(&name.as_str()) {
            self.offend("waiting read", name);
        }
        syn::visit::visit_expr_method_call(self, call);
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.check_cfg(&list.tokens.to_string());
        }
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        let tokens = mac.tokens.to_string();
        self.check_tokens(&tokens);
        if mac.path.is_ident("cfg") {
            self.check_cfg(&tokens);
        }
        syn::visit::visit_macro(self, mac);
    }
}

type Aliases = HashMap<(Vec<String>, String), Vec<String>>;

/// The `use` items of a file, those inside functions and inline modules too.
struct Uses {
    module: Vec<String>,
    found: Aliases,
}

impl<'ast> Visit<'ast> for Uses {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        for (path, alias) in leaves(&item.tree) {
            if alias != "*" && alias != "_" {
                self.found.insert((self.module.clone(), alias), path);
            }
        }
    }
}

fn offences(src: &Path) -> Vec<Offence> {
    let sources = sources(src);
    assert!(!sources.is_empty(), "no source file under {}", src.display());
    let exports = exports(&sources);
    let modules: BTreeSet<String> = sources.iter().map(|s| s.top().to_owned()).collect();
    let mut all = BTreeSet::new();
    for source in &sources {
        let mut uses = Uses { module: source.module.clone(), found: Aliases::new() };
        uses.visit_file(&source.syntax);
        let mut reader = Reader {
            source,
            exports: &exports,
            modules: &modules,
            module: source.module.clone(),
            aliases: uses.found,
            offences: BTreeSet::new(),
        };
        reader.visit_file(&source.syntax);
        if source.lines > MOST_LINES {
            reader.offend("length", format!("{} lines", source.lines));
        }
        if source.top() != ROOT && layer(source.top()).is_none() {
            reader.offend("layer", format!("{} stands in no layer", source.top()));
        }
        all.append(&mut reader.offences);
    }
    all.into_iter().collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_arrows_point_downward() {
    let found = offences(&root().join("src"));
    let shown: Vec<String> = found.iter().map(|o| format!("src/{}: {}: {}", o.file, o.rule, o.what)).collect();
    assert!(found.is_empty(), "\n{}\n", shown.join("\n"));
}

/// The document prints the same layers.
#[test]
fn the_document_says_the_same() {
    let document = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, rest) = document.split_once("## Who may use whom").unwrap();
    let block = rest.split("```").nth(1).unwrap();
    let mut said: HashMap<usize, BTreeSet<String>> = HashMap::new();
    for line in block.lines() {
        let mut number = None;
        for word in line.split([' ', ',']).filter(|w| !w.is_empty()) {
            if let Ok(n) = word.parse::<usize>() {
                number = Some(n);
            } else if let Some(n) = number {
                said.entry(n).or_default().insert(word.to_owned());
            }
        }
    }
    let held: HashMap<usize, BTreeSet<String>> =
        LAYERS.iter().enumerate().map(|(n, line)| (n, line.iter().map(|m| (*m).to_owned()).collect())).collect();
    assert_eq!(said, held);
}

/// A small house in which every rule is broken, beside what is allowed.
/// Each offence is announced in the file that commits it: `//! breaks: <rule>: <what>`.
#[test]
fn the_fixture_is_caught() {
    let src = root().join("tests/fixtures/architecture/src");
    let found: Vec<String> =
        offences(&src).into_iter().map(|o| format!("{}: {}: {}", o.file, o.rule, o.what)).collect();
    let mut announced = Vec::new();
    for source in sources(&src) {
        let text = fs::read_to_string(src.join(&source.file)).unwrap();
        let breaks = text.lines().filter_map(|line| line.strip_prefix("//! breaks: "));
        announced.extend(breaks.map(|offence| format!("{}: {offence}", source.file)));
    }
    announced.sort();
    let mut sorted = found;
    sorted.sort();
    assert_eq!(sorted, announced);
    for rule in
        ["burn's randomness", "cfg", "home", "layer", "length", "method uses method", "native only", "waiting read"]
    {
        let proved = announced.iter().any(|offence| offence.contains(&format!(": {rule}: ")));
        assert!(proved, "no fixture breaks the rule \"{rule}\"");
    }
}
