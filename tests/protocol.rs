//! `www/protocol.d.ts` is written from the Rust types, so that there is one truth: this test fails where the
//! committed file differs, and `AUTOGRAFT_BLESS=1 cargo test protocol` writes it anew.

use std::collections::BTreeMap;
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
fn types() -> BTreeMap<(String, String), Item> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut types = BTreeMap::new();
    for file in files {
        let module = file.strip_prefix(&root).unwrap().with_extension("").to_string_lossy().replace('\\', "/");
        let module = module.trim_end_matches("/mod").to_owned();
        for item in syn::parse_file(&std::fs::read_to_string(&file).unwrap()).unwrap().items {
            let (name, attrs) = match &item {
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
    types
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
    types: BTreeMap<(String, String), Item>,
    queue: Vec<(String, String)>,
    /// The type parameters of the item at hand.
    params: Vec<String>,
}

impl Writer {
    /// Finds the type that `path` (as written in `module`) means: by its last qualifier, or the nearest module.
    fn resolve(&self, module: &str, path: &syn::Path) -> (String, String) {
        let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        let name = names.last().unwrap().clone();
        let candidates: Vec<_> = self.types.keys().filter(|(_, n)| *n == name).cloned().collect();
        let qualifier = names.len().checked_sub(2).map(|i| names[i].clone());
        candidates
            .iter()
            .find(|(m, _)| m == module)
            .or_else(|| candidates.iter().find(|(m, _)| qualifier.as_ref().is_some_and(|q| m.ends_with(q.as_str()))))
            .or_else(|| (candidates.len() == 1).then(|| &candidates[0]))
            .or_else(|| candidates.iter().find(|(m, _)| m.split('/').next() == module.split('/').next()))
            .cloned()
            .unwrap_or_else(|| panic!("{module}: which type is `{}`? candidates: {candidates:?}", names.join("::")))
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
                        let name = found.1.clone();
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

    fn fields(&mut self, module: &str, fields: &Fields, whole_default: bool) -> String {
        let mut out = String::new();
        for field in fields {
            if serde(&field.attrs, "skip").is_some() {
                continue;
            }
            assert!(serde(&field.attrs, "flatten").is_none(), "{module}: flatten becomes a Map in JavaScript");
            let name = serde(&field.attrs, "rename").unwrap_or_else(|| field.ident.as_ref().unwrap().to_string());
            let may = if whole_default || serde(&field.attrs, "default").is_some() { "?" } else { "" };
            let ty = self.ts(module, &field.ty);
            write!(out, "\n    {}{name}{may}: {ty};", doc(&field.attrs)).unwrap();
        }
        out
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
                let into = serde(&s.attrs, "into").is_some() || serde(&s.attrs, "transparent").is_some();
                match &s.fields {
                    Fields::Named(_) if !into => {
                        let body = self.fields(module, &s.fields, serde(&s.attrs, "default").is_some());
                        format!("{head}interface {}{params} {{{}\n}}\n", s.ident, body.replace("\n    ", "\n  "))
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
                            format!("{{ {tag}: \"{name}\";{}\n  }}", self.fields(module, &variant.fields, false))
                        }
                        (Fields::Named(_), None) => {
                            format!("{{ {name}: {{{}\n  }} }}", self.fields(module, &variant.fields, false))
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

fn generated() -> String {
    let types = types();
    let mut writer = Writer { types, queue: Vec::new(), params: Vec::new() };
    let mut out = String::from("// Written by tests/protocol.rs from the Rust types; do not edit.\n");
    let codes: Vec<String> = autograft::Code::ALL.iter().map(|c| format!("\"{}\"", c.as_str())).collect();
    write!(out, "\n/** The codes of src/error.rs. */\nexport type Code =\n  | {};\n", codes.join("\n  | ")).unwrap();
    for root in ROOTS {
        let key = writer.types.keys().find(|(m, n)| n == root && (m.starts_with("web") || m == "watch")).cloned();
        writer.queue.push(key.unwrap_or_else(|| panic!("no type {root}")));
    }
    writer.queue.reverse();
    let mut by_name: BTreeMap<String, String> = BTreeMap::new();
    while let Some((module, name)) = writer.queue.pop() {
        if let Some(other) = by_name.get(&name) {
            assert_eq!(*other, module, "two types named {name} cross the boundary");
            continue;
        }
        by_name.insert(name.clone(), module.clone());
        let item = match &writer.types[&(module.clone(), name)] {
            Item::Struct(s) => Item::Struct(s.clone()),
            Item::Enum(e) => Item::Enum(e.clone()),
            _ => unreachable!(),
        };
        let text = writer.item(&module, &item);
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
    let text = r#"{"type":"trial","device":"gpu","shape":{"inputs":30,"hidden":64,"batch":64,"steps":20},"seed":7}"#;
    let request: Request = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&request).unwrap(), text);
    assert!(serde_json::from_str::<Request>(r#"{"type":"no_such_request"}"#).is_err());
}
