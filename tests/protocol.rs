//! `www/protocol.d.ts` is written from the Rust types, so that there is one truth: this test fails where the
//! committed file differs, and `AUTOGRAFT_BLESS=1 cargo test protocol` writes it anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use syn::{Attribute, Fields, GenericArgument, Item, PathArguments, Type};

/// What crosses the boundary; everything that these mention follows.
const ROOTS: [&str; 5] = ["Request", "Reply", "Event", "Failure", "Crash"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Every serialisable struct and enum of the crate, by file (module) and name.
type Types = BTreeMap<(String, String), Item>;
/// The module that a file's `use` takes a name from, by file and name.
type Uses = BTreeMap<(String, String), String>;

fn uses(tree: &syn::UseTree, from: &[String], module: &str, found: &mut Uses) {
    match tree {
        syn::UseTree::Path(p) => {
            let mut from = from.to_vec();
            let name = p.ident.to_string();
            if name == "super" {
                from = module.split('/').map(str::to_owned).collect();
                from.pop();
            } else if name != "crate" {
                from.push(name);
            }
            uses(&p.tree, &from, module, found);
        }
        syn::UseTree::Name(n) => {
            found.insert((module.to_owned(), n.ident.to_string()), from.join("/"));
        }
        syn::UseTree::Group(g) => g.items.iter().for_each(|tree| uses(tree, from, module, found)),
        syn::UseTree::Rename(_) | syn::UseTree::Glob(_) => {}
    }
}

fn types() -> (Types, Uses) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let (mut types, mut used) = (Types::new(), Uses::new());
    for file in files {
        let module = file.strip_prefix(&root).unwrap().with_extension("").to_string_lossy().replace('\\', "/");
        let module = module.trim_end_matches("/mod").to_owned();
        for item in syn::parse_file(&std::fs::read_to_string(&file).unwrap()).unwrap().items {
            let (name, attrs) = match &item {
                Item::Use(u) => {
                    uses(&u.tree, &[], &module, &mut used);
                    continue;
                }
                Item::Struct(s) => (s.ident.to_string(), &s.attrs),
                Item::Enum(e) => (e.ident.to_string(), &e.attrs),
                _ => continue,
            };
            let derives = attrs.iter().any(|a| a.path().is_ident("derive") && quote(a).contains("Serialize"));
            if derives {
                types.insert((module.clone(), name), item);
            }
        }
    }
    (types, used)
}

fn quote(attr: &Attribute) -> String {
    match &attr.meta {
        syn::Meta::List(list) => list.tokens.to_string(),
        _ => String::new(),
    }
}

/// The value of `key = "..."` in `#[serde(...)]`, or "" for a bare `key`.
fn serde(attrs: &[Attribute], key: &str) -> Option<String> {
    attrs.iter().filter(|a| a.path().is_ident("serde")).find_map(|a| {
        quote(a).split(',').find_map(|part| {
            let mut halves = part.splitn(2, '=');
            (halves.next()?.trim() == key)
                .then(|| halves.next().map_or_else(String::new, |v| v.trim().trim_matches('"').to_owned()))
        })
    })
}

fn doc(attrs: &[Attribute]) -> String {
    let line = attrs.iter().filter(|a| a.path().is_ident("doc")).find_map(|a| match &a.meta {
        syn::Meta::NameValue(nv) => match &nv.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    line.map_or_else(String::new, |line| format!("/** {} */ ", line.replace("*/", "* /")))
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for (i, c) in name.chars().enumerate() {
        if c.is_uppercase() && i > 0 {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

fn variant_name(item: &[Attribute], variant: &syn::Variant) -> String {
    let name = variant.ident.to_string();
    serde(&variant.attrs, "rename").unwrap_or_else(|| match serde(item, "rename_all").as_deref() {
        Some("snake_case") => snake(&name),
        Some("lowercase") => name.to_lowercase(),
        Some("kebab-case") => snake(&name).replace('_', "-"),
        None => name,
        Some(other) => panic!("rename_all = {other}: teach tests/protocol.rs"),
    })
}

struct Writer {
    types: Types,
    uses: Uses,
    queue: Vec<(String, String)>,
    /// The type parameters of the item at hand.
    params: Vec<String>,
    /// What each type is called in TypeScript, and whose that name is.
    names: BTreeMap<String, (String, String)>,
}

impl Writer {
    /// Finds the type that `path` (as written in `module`) means: by its last qualifier, or the nearest module.
    fn resolve(&self, module: &str, path: &syn::Path) -> (String, String) {
        let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        let name = names.last().unwrap().clone();
        let candidates: Vec<_> = self.types.keys().filter(|(_, n)| *n == name).cloned().collect();
        let under = |m: &str, place: &str| m == place || m.starts_with(&format!("{place}/"));
        let written =
            names[..names.len() - 1].iter().filter(|n| *n != "crate" && *n != "super").cloned().collect::<Vec<_>>();
        let place = if written.is_empty() {
            self.uses.get(&(module.to_owned(), name.clone())).cloned()
        } else {
            let head = self.uses.get(&(module.to_owned(), written[0].clone())).cloned().unwrap_or_default();
            Some(format!("{head}/{}", written.join("/")).trim_start_matches('/').to_owned())
        };
        candidates
            .iter()
            .find(|(m, _)| place.is_none() && m == module)
            .or_else(|| candidates.iter().find(|(m, _)| place.as_ref().is_some_and(|place| under(m, place))))
            .or_else(|| (candidates.len() == 1).then(|| &candidates[0]))
            .cloned()
            .unwrap_or_else(|| panic!("{module}: which type is `{}`? candidates: {candidates:?}", names.join("::")))
    }

    /// The type's own name, or with its module's before it where that name is taken.
    fn name(&mut self, found: &(String, String)) -> String {
        let module = found.0.rsplit('/').next().unwrap_or_default();
        let long: String = module.split('_').map(|part| part[..1].to_uppercase() + &part[1..]).collect();
        let name =
            if self.names.get(&found.1).is_none_or(|owner| owner == found) { found.1.clone() } else { long + &found.1 };
        let owner = self.names.entry(name.clone()).or_insert_with(|| found.clone());
        assert_eq!(owner, found, "two types named {name} cross the boundary");
        name
    }

    fn ts(&mut self, module: &str, ty: &Type) -> String {
        match ty {
            Type::Path(p) => {
                let last = p.path.segments.last().unwrap();
                let inner: Vec<Type> = match &last.arguments {
                    PathArguments::AngleBracketed(list) => list
                        .args
                        .iter()
                        .filter_map(|a| if let GenericArgument::Type(t) = a { Some(t.clone()) } else { None })
                        .collect(),
                    _ => Vec::new(),
                };
                match last.ident.to_string().as_str() {
                    "String" | "str" | "char" => "string".to_owned(),
                    "bool" => "boolean".to_owned(),
                    "f64" | "f32" | "u8" | "u16" | "u32" | "i8" | "i16" | "i32" | "usize" | "u64" | "i64" => {
                        "number".to_owned()
                    }
                    "Vec" | "VecDeque" | "BTreeSet" | "HashSet" => format!("Array<{}>", self.ts(module, &inner[0])),
                    "Option" => format!("{} | null", self.ts(module, &inner[0])),
                    "Box" | "Rc" | "Arc" => self.ts(module, &inner[0]),
                    "HashMap" | "BTreeMap" => format!("Record<string, {}>", self.ts(module, &inner[1])),
                    "Value" => "unknown".to_owned(),
                    "Code" => "Code".to_owned(),
                    name if self.params.iter().any(|p| p == name) => name.to_owned(),
                    _ => {
                        let found = self.resolve(module, &p.path);
                        let name = self.name(&found);
                        self.queue.push(found);
                        let inner: Vec<String> = inner.iter().map(|t| self.ts(module, t)).collect();
                        if inner.is_empty() { name } else { format!("{name}<{}>", inner.join(", ")) }
                    }
                }
            }
            Type::Tuple(t) => {
                let parts: Vec<String> = t.elems.iter().map(|t| self.ts(module, t)).collect();
                format!("[{}]", parts.join(", "))
            }
            Type::Reference(r) => self.ts(module, &r.elem),
            Type::Array(a) => format!("Array<{}>", self.ts(module, &a.elem)),
            Type::Slice(a) => format!("Array<{}>", self.ts(module, &a.elem)),
            _ => panic!("{module}: a type that the protocol cannot hold"),
        }
    }

    /// The fields, and whatever is flattened into them.
    fn fields(&mut self, module: &str, fields: &Fields, whole_default: bool) -> (String, String) {
        let (mut out, mut flat) = (String::new(), String::new());
        for field in fields {
            if serde(&field.attrs, "skip").is_some() {
                continue;
            }
            let ty = self.ts(module, &field.ty);
            if serde(&field.attrs, "flatten").is_some() {
                write!(flat, " & {ty}").unwrap();
                continue;
            }
            let name = serde(&field.attrs, "rename").unwrap_or_else(|| field.ident.as_ref().unwrap().to_string());
            let may = whole_default
                || serde(&field.attrs, "default").is_some()
                || serde(&field.attrs, "skip_serializing_if").is_some();
            let may = if may { "?" } else { "" };
            write!(out, "\n    {}{name}{may}: {ty};", doc(&field.attrs)).unwrap();
        }
        (out, flat)
    }

    fn item(&mut self, module: &str, item: &Item) -> String {
        let (Item::Struct(syn::ItemStruct { generics, .. }) | Item::Enum(syn::ItemEnum { generics, .. })) = item else {
            unreachable!()
        };
        self.params = generics.type_params().map(|p| p.ident.to_string()).collect();
        let params = if self.params.is_empty() { String::new() } else { format!("<{}>", self.params.join(", ")) };
        match item {
            Item::Struct(s) => {
                let head = format!("{}export ", doc(&s.attrs).trim_end().to_owned() + "\n");
                let transparent = serde(&s.attrs, "transparent").is_some();
                match &s.fields {
                    Fields::Named(f) if transparent => {
                        format!("{head}type {}{params} = {};\n", s.ident, self.ts(module, &f.named[0].ty))
                    }
                    Fields::Named(_) => {
                        let (body, flat) = self.fields(module, &s.fields, serde(&s.attrs, "default").is_some());
                        let body = body.replace("\n    ", "\n  ");
                        format!("{head}type {}{params} = {{{body}\n}}{flat};\n", s.ident)
                    }
                    Fields::Unnamed(f) if f.unnamed.len() == 1 => {
                        format!("{head}type {}{params} = {};\n", s.ident, self.ts(module, &f.unnamed[0].ty))
                    }
                    _ => panic!("{module}: {} is no plain struct", s.ident),
                }
            }
            Item::Enum(e) => {
                let tag = serde(&e.attrs, "tag");
                let content = serde(&e.attrs, "content");
                let untagged = serde(&e.attrs, "untagged").is_some();
                let mut out = format!("{}\nexport type {}{params} =", doc(&e.attrs).trim_end(), e.ident);
                for variant in &e.variants {
                    let name = variant_name(&e.attrs, variant);
                    let note = doc(&variant.attrs);
                    let body = match (&variant.fields, &tag) {
                        (Fields::Unit, None) => format!("\"{name}\""),
                        (Fields::Unit, Some(tag)) => format!("{{ {tag}: \"{name}\" }}"),
                        (Fields::Named(_), Some(tag)) => {
                            let (body, flat) = self.fields(module, &variant.fields, false);
                            format!(
                                "{{ {tag}: \"{name}\";{body}
  }}{flat}"
                            )
                        }
                        (Fields::Named(_), None) => {
                            let (body, flat) = self.fields(module, &variant.fields, false);
                            if untagged {
                                format!(
                                    "{{{body}
  }}{flat}"
                                )
                            } else {
                                format!(
                                    "{{ {name}: {{{body}
  }}{flat} }}"
                                )
                            }
                        }
                        (Fields::Unnamed(f), tag) => {
                            let inner: Vec<String> = f.unnamed.iter().map(|f| self.ts(module, &f.ty)).collect();
                            let inner =
                                if inner.len() == 1 { inner[0].clone() } else { format!("[{}]", inner.join(", ")) };
                            match (tag, &content) {
                                _ if untagged => inner,
                                (Some(tag), Some(content)) => format!("{{ {tag}: \"{name}\"; {content}: {inner} }}"),
                                (Some(tag), None) => format!("({{ {tag}: \"{name}\" }} & {inner})"),
                                (None, _) => format!("{{ {name}: {inner} }}"),
                            }
                        }
                    };
                    write!(out, "\n  {note}| {body}").unwrap();
                }
                out + ";\n"
            }
            _ => unreachable!(),
        }
    }
}

fn format_ident(name: &str) -> syn::Ident {
    syn::parse_str(name).unwrap()
}

fn generated() -> String {
    let (types, uses) = types();
    let mut writer = Writer { types, uses, queue: Vec::new(), params: Vec::new(), names: BTreeMap::new() };
    let mut out = String::from("// Written by tests/protocol.rs from the Rust types; do not edit.\n");
    let codes: Vec<String> = autograft::Code::ALL.iter().map(|c| format!("\"{}\"", c.as_str())).collect();
    write!(out, "\n/** The codes of src/error.rs. */\nexport type Code =\n  | {};\n", codes.join("\n  | ")).unwrap();
    for root in ROOTS {
        let key = writer.types.keys().find(|(m, n)| n == root && (m.starts_with("web") || m == "watch")).cloned();
        writer.queue.push(key.unwrap_or_else(|| panic!("no type {root}")));
    }
    writer.queue.reverse();
    let mut done = BTreeSet::new();
    while let Some(key) = writer.queue.pop() {
        if !done.insert(key.clone()) {
            continue;
        }
        let name = writer.name(&key);
        let item = match &writer.types[&key] {
            Item::Struct(s) => Item::Struct(syn::ItemStruct { ident: format_ident(&name), ..s.clone() }),
            Item::Enum(e) => Item::Enum(syn::ItemEnum { ident: format_ident(&name), ..e.clone() }),
            _ => unreachable!(),
        };
        let text = writer.item(&key.0, &item);
        write!(out, "\n{text}").unwrap();
    }
    out
}

#[test]
fn the_types_that_javascript_sees_are_the_rust_ones() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/protocol.d.ts");
    let wanted = generated();
    if std::env::var_os("AUTOGRAFT_BLESS").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "www/protocol.d.ts is not what the Rust types say: AUTOGRAFT_BLESS=1 cargo test protocol");
}

#[test]
fn a_request_goes_through_json_unchanged() {
    use autograft::web::protocol::Request;
    let text = r#"{"type":"trial","device":"gpu","shape":{"inputs":30,"hidden":64,"batch":64,"steps":20,"length":36},"seed":7}"#;
    let request: Request = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&request).unwrap(), text);
    assert!(serde_json::from_str::<Request>(r#"{"type":"no_such_request"}"#).is_err());
}
