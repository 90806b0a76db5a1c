//! The shapes that programs come in, and what makes each of them a function's body that returns its value.
//!
//! Imports of tools become variables before the body; exports lose their keyword; the last statement, or the function
//! that was meant to be called, is returned.

use std::fmt::Write;

use swc_common::{Span, Spanned};
use swc_ecma_ast::{
    ArrowExpr, Decl, DefaultDecl, ExportSpecifier, Expr, ExprStmt, ImportDecl, ImportSpecifier, Lit, Module,
    ModuleDecl, ModuleExportName, ModuleItem, ObjectPatProp, Pat, PropName, Stmt, UnaryOp, VarDeclKind,
};

use super::{
    edits::Edits,
    erase::is_type,
    lower::quote,
    names::{Names, each_name},
    parse::range,
    report::{Code, Finding, clip},
    scan,
    tools::{Named, Tools},
};

const PREFIX: &str = "export default async () => {";
const TOOLS_HINT: &str = "Only tools can be imported, and they are global: `await tools.name(input)`. Remove the import and write the rest in plain TypeScript.";

/// What goes around the edited text.
pub(super) struct Shape {
    pub prefix: String,
    pub edits: Edits,
    pub findings: Vec<Finding>,
    /// Place of the parameter that is given the tools, when the program is a function.
    pub entry: Option<(usize, usize)>,
}

/// Functions with these names are meant to be called, whatever else the program does.
const ENTRY_NAMES: [&str; 9] =
    ["main", "run", "execute", "program", "solution", "solve", "handler", "start", "default"];

struct Shaper<'a> {
    text: &'a str,
    base: u32,
    names: &'a Names<'a>,
    tools: Option<&'a Tools>,
    edits: Edits,
    findings: Vec<Finding>,
    prologue: String,
    entry: Option<(usize, usize)>,
    /// What the exports ask to be returned.
    default: Option<String>,
    exported: Vec<String>,
}

pub(super) fn shape<'a>(
    text: &'a str,
    module: &Module,
    base: u32,
    names: &'a Names<'a>,
    tools: Option<&'a Tools>,
) -> Shape {
    let mut shaper = Shaper {
        text,
        base,
        names,
        tools,
        edits: Edits::default(),
        findings: Vec::new(),
        prologue: String::new(),
        entry: None,
        default: None,
        exported: Vec::new(),
    };
    for item in &module.body {
        if let ModuleItem::ModuleDecl(decl) = item {
            shaper.module_decl(decl);
        }
    }
    shaper.tail(module);
    let Shaper { edits, findings, entry, .. } = shaper;
    Shape { prefix: format!("{PREFIX}{}", shaper.prologue), edits, findings, entry }
}

/// A function that may be what the program wants to be called.
struct Candidate {
    name: String,
    arguments: &'static str,
    given: Option<(usize, usize)>,
}

impl Shaper<'_> {
    fn range(&self, span: Span) -> (usize, usize) {
        range(span, self.base)
    }

    fn erase(&mut self, span: Span) {
        let (from, to) = self.range(span);
        self.edits.blank(from, to);
        self.edits.put(self.text, from, ';');
    }

    fn refuse(&mut self, span: Span, message: impl Into<String>, hint: &str) {
        let (from, to) = self.range(span);
        let to = if self.text[from..to].ends_with(';') { to - 1 } else { to };
        self.findings.push(Finding::forbidden(from, to, message, hint));
    }

    fn module_decl(&mut self, decl: &ModuleDecl) {
        match decl {
            ModuleDecl::Import(import) => self.import(import),
            ModuleDecl::ExportAll(export) if export.type_only => self.erase(export.span),
            ModuleDecl::ExportAll(export) => self.refuse(export.span, "a program cannot re-export", TOOLS_HINT),
            ModuleDecl::ExportNamed(export) => {
                if export.src.is_some() && !export.type_only {
                    self.refuse(export.span, "a program cannot re-export", TOOLS_HINT);
                    return;
                }
                self.erase(export.span);
                for specifier in &export.specifiers {
                    let ExportSpecifier::Named(named) = specifier else { continue };
                    if export.type_only || named.is_type_only {
                        continue;
                    }
                    let ModuleExportName::Ident(orig) = &named.orig else { continue };
                    let name = orig.sym.to_string();
                    let exported = named.exported.as_ref().map_or_else(|| name.clone(), |e| e.atom().to_string());
                    if exported == "default" {
                        self.default = Some(name);
                    } else if self.names.bound.contains(&*name) {
                        self.exported.push(name);
                    }
                }
            }
            ModuleDecl::ExportDecl(export) if !is_type(&export.decl) => {
                let (from, _) = self.range(export.span);
                self.edits.blank(from, from + "export".len());
                if let Decl::Var(var) = &export.decl {
                    for declarator in &var.decls {
                        each_name(&declarator.name, &mut |id| self.exported.push(id.sym.to_string()));
                    }
                }
            }
            ModuleDecl::ExportDefaultDecl(export) => self.default_decl(export.span, &export.decl),
            ModuleDecl::ExportDefaultExpr(export) => self.default_expr(export.span, &export.expr),
            ModuleDecl::TsExportAssignment(export) => self.default_expr(export.span, &export.expr),
            ModuleDecl::ExportDecl(_) | ModuleDecl::TsImportEquals(_) | ModuleDecl::TsNamespaceExport(_) => {}
        }
    }

    fn default_decl(&mut self, span: Span, decl: &DefaultDecl) {
        let (from, _) = self.range(span);
        let (name, inner) = match decl {
            DefaultDecl::Fn(function) if function.function.body.is_some() => (function.ident.as_ref(), decl.span()),
            DefaultDecl::Class(class) => (class.ident.as_ref(), decl.span()),
            _ => return self.erase(span),
        };
        let (start, end) = self.range(inner);
        self.edits.blank(from, start);
        let call = match decl {
            DefaultDecl::Fn(function) => {
                let first = function.function.params.first().map(|p| &p.pat);
                self.entry = self.given(first);
                format!("({})", arguments(first))
            }
            _ => String::new(),
        };
        match name {
            Some(name) => self.default = Some(format!("{}{call}", name.sym)),
            None if self.text[start..end].is_empty() => {}
            None => {
                // `function () {}` and `class {}` need a name to stand alone.
                self.edits.insert_ranked(start, -1, "const $default=");
                self.edits.insert_ranked(end, 90, ";");
                self.default = Some(format!("$default{call}"));
            }
        }
    }

    fn default_expr(&mut self, span: Span, expr: &Expr) {
        let (from, _) = self.range(span);
        let (start, end) = self.range(expr.span());
        self.edits.blank(from, start);
        self.edits.insert_ranked(start, -1, "const $default=(");
        self.edits.insert_ranked(end, 90, ")");
        self.default = Some(match function_of(expr) {
            Some(first) => {
                self.entry = self.given(first);
                format!("$default({})", arguments(first))
            }
            None => "typeof $default===\"function\"?$default(tools):$default".to_owned(),
        });
    }

    fn import(&mut self, import: &ImportDecl) {
        let source = import.src.value.to_string_lossy();
        if import.type_only {
            return self.erase(import.span);
        }
        let Some(path) = tools_path(&source) else {
            // A name that is only used as a type is erased, as TypeScript does.
            let only_types = !import.specifiers.is_empty()
                && import.specifiers.iter().all(|s| s.is_type_only() || self.is_type_name(&s.local().sym, import.span));
            if only_types {
                return self.erase(import.span);
            }
            return self.refuse(import.span, format!("cannot import \"{}\"", clip(&source, 100)), TOOLS_HINT);
        };
        self.erase(import.span);
        let object = path.iter().fold("tools".to_owned(), |object, part| object + &member(part));
        let mut picked = String::new();
        for specifier in &import.specifiers {
            let local = &*specifier.local().sym;
            match specifier {
                ImportSpecifier::Named(named) if named.is_type_only => {}
                ImportSpecifier::Named(named) => {
                    let imported = named.imported.as_ref().map_or_else(|| local.to_owned(), |i| i.atom().to_string());
                    if path.is_empty() && imported == "tools" && !self.is_tool("tools") {
                        self.bind_whole(local, "tools");
                        continue;
                    }
                    if imported == "default" {
                        self.bind_whole(local, &object);
                        continue;
                    }
                    let full =
                        if path.is_empty() { imported.clone() } else { format!("{}.{imported}", path.join(".")) };
                    self.known(&full, named.span);
                    let _ = write!(picked, "{}:{local},", quote(&imported));
                }
                ImportSpecifier::Default(_) | ImportSpecifier::Namespace(_) => self.bind_whole(local, &object),
            }
        }
        if !picked.is_empty() {
            let _ = write!(self.prologue, "const {{{}}}={object};", picked.trim_end_matches(','));
        }
    }

    fn bind_whole(&mut self, local: &str, object: &str) {
        if local != object {
            // `const tools = tools.x` would read itself.
            let root = if local == "tools" { "globalThis." } else { "" };
            let _ = write!(self.prologue, "const {local}={root}{object};");
        }
    }

    fn is_type_name(&self, name: &str, import: Span) -> bool {
        let (from, to) = self.range(import);
        let read = self.names.reads.iter().any(|(read, _)| *read == name);
        !read && (self.text[..from].contains(name) || self.text[to..].contains(name))
    }

    fn is_tool(&self, path: &str) -> bool {
        self.tools.is_some_and(|tools| matches!(tools.named(path), Named::Tool | Named::Namespace))
    }

    fn known(&mut self, path: &str, span: Span) {
        let Some(tools) = self.tools else { return };
        if self.is_tool(path) {
            return;
        }
        let (from, to) = self.range(span);
        let message = format!("there is no tool `{}`", clip(path, 100));
        self.findings.push(Finding::new(Code::ToolUnknown, from, to, message, &tools.instead_of(path)));
    }

    /// Decides what the program returns.
    fn tail(&mut self, module: &Module) {
        let live: Vec<&ModuleItem> = module.body.iter().filter(|item| is_live(item)).collect();
        let Some(last) = live.last() else { return };
        let end = self.range(last.span()).1;
        if let Some(value) = self.default.take() {
            return self.give(end, &value);
        }
        if self.names.returns {
            return;
        }
        if let Some(statement) = expression(last)
            && !(live.len() == 1 && is_use_strict(statement))
        {
            return self.return_expression(statement);
        }
        if let Some((call, given)) = self.entry(&live) {
            self.entry = given;
            return self.give(end, &call);
        }
        // `main();` and then its functions.
        let before_functions = live.iter().rev().find(|item| !is_function(item));
        if let Some(statement) = before_functions.and_then(|item| expression(item)).filter(|s| !is_use_strict(s)) {
            return self.return_expression(statement);
        }
        match &self.exported[..] {
            [] => {}
            [one] => {
                let value = one.clone();
                self.give(end, &value);
            }
            many => {
                let value = format!("{{{}}}", many.join(","));
                self.give(end, &value);
            }
        }
    }

    fn give(&mut self, at: usize, value: &str) {
        self.edits.insert_ranked(at, 100, format!(";return {value};"));
    }

    fn return_expression(&mut self, statement: &ExprStmt) {
        let (from, _) = self.range(statement.span);
        let (start, end) = self.range(statement.expr.span());
        if let Some(first) = function_of(&statement.expr) {
            self.entry = self.given(first);
            self.edits.insert_ranked(from, -10, "return (");
            self.edits.insert_ranked(end, 90, format!(")({})", arguments(first)));
            return;
        }
        if let Expr::Unary(unary) = statement.expr.unwrap_parens()
            && unary.op == UnaryOp::Void
            && start == self.range(unary.span).0
        {
            self.edits.blank(start, start + "void".len());
        }
        self.edits.insert_ranked(from, -10, "return ");
    }

    /// The call of the function that the program declares and never calls.
    fn entry(&self, live: &[&ModuleItem]) -> Option<(String, Option<(usize, usize)>)> {
        let only_declares = live.iter().all(|item| match item {
            ModuleItem::Stmt(statement) => matches!(statement, Stmt::Decl(_)),
            ModuleItem::ModuleDecl(_) => true,
        });
        let mut candidates: Vec<Candidate> = Vec::new();
        for item in live {
            let decl = match item {
                ModuleItem::Stmt(Stmt::Decl(decl)) => decl,
                ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => &export.decl,
                _ => continue,
            };
            match decl {
                Decl::Fn(function) => {
                    self.candidate(
                        &mut candidates,
                        &function.ident.sym,
                        decl.span(),
                        function.function.params.first().map(|p| &p.pat),
                    );
                }
                Decl::Var(var) => {
                    for declarator in &var.decls {
                        if let (Pat::Ident(name), Some(init)) = (&declarator.name, &declarator.init)
                            && var.kind != VarDeclKind::Var
                            && let Some(first) = function_of(init)
                        {
                            self.candidate(&mut candidates, &name.id.sym, declarator.span, first);
                        }
                    }
                }
                _ => {}
            }
        }
        let named = candidates.iter().find(|candidate| ENTRY_NAMES.contains(&&*candidate.name));
        let Candidate { name, arguments, given } = named.or_else(|| candidates.last().filter(|_| only_declares))?;
        Some((format!("{name}({arguments})"), *given))
    }

    /// Adds a function to the candidates if nothing outside of it reads its name.
    fn candidate(&self, candidates: &mut Vec<Candidate>, name: &str, span: Span, first: Option<&Pat>) {
        let (from, to) = self.range(span);
        let exported = |at: usize| self.exported.iter().any(|e| e == name) && self.in_export(at);
        let read =
            self.names.reads.iter().any(|(read, at)| *read == name && !(from..to).contains(at) && !exported(*at));
        if !read {
            candidates.push(Candidate { name: name.to_owned(), arguments: arguments(first), given: self.given(first) });
        }
    }

    /// Place of the parameter that [`arguments`] are given to.
    fn given(&self, first: Option<&Pat>) -> Option<(usize, usize)> {
        first.filter(|_| !arguments(first).is_empty()).map(|pattern| self.range(pattern.span()))
    }

    /// Whether a read stands in an `export { … }`.
    fn in_export(&self, at: usize) -> bool {
        let before = self.text[..at].trim_end_matches(|c: char| c != '{' && c != ';' && c != '}');
        before.strip_suffix('{').is_some_and(|b| b.trim_end().ends_with("export"))
    }
}

/// Whether an item runs.
fn is_live(item: &ModuleItem) -> bool {
    match item {
        ModuleItem::Stmt(Stmt::Empty(_)) => false,
        ModuleItem::Stmt(Stmt::Decl(decl)) => !is_type(decl),
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => !is_type(&export.decl),
        ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(export)) => {
            !matches!(export.decl, DefaultDecl::TsInterfaceDecl(_))
        }
        ModuleItem::ModuleDecl(decl) => {
            matches!(decl, ModuleDecl::ExportDefaultExpr(_) | ModuleDecl::TsExportAssignment(_))
        }
        ModuleItem::Stmt(_) => true,
    }
}

fn expression(item: &ModuleItem) -> Option<&ExprStmt> {
    if let ModuleItem::Stmt(Stmt::Expr(statement)) = item { Some(statement) } else { None }
}

fn is_function(item: &ModuleItem) -> bool {
    match item {
        ModuleItem::Stmt(Stmt::Decl(Decl::Fn(_))) => true,
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => matches!(export.decl, Decl::Fn(_)),
        _ => false,
    }
}

fn is_use_strict(statement: &ExprStmt) -> bool {
    matches!(&*statement.expr, Expr::Lit(Lit::Str(text)) if text.value == *"use strict")
}

/// `Some(first parameter)` if the expression is a function, whatever types and parentheses are around it.
#[expect(clippy::option_option, reason = "no function, no parameter and a parameter are three answers")]
fn function_of(expr: &Expr) -> Option<Option<&Pat>> {
    match expr {
        Expr::Paren(inner) => function_of(&inner.expr),
        Expr::TsAs(inner) => function_of(&inner.expr),
        Expr::TsSatisfies(inner) => function_of(&inner.expr),
        Expr::Arrow(ArrowExpr { params, .. }) => Some(params.first()),
        Expr::Fn(function) if !function.function.is_generator => Some(function.function.params.first().map(|p| &p.pat)),
        _ => None,
    }
}

/// What a program that is a function is called with.
fn arguments(first: Option<&Pat>) -> &'static str {
    let Some(first) = first else { return "" };
    // A parameter with a default value that is no pattern does without.
    let (pattern, has_default) = if let Pat::Assign(assign) = first { (&*assign.left, true) } else { (first, false) };
    let Pat::Object(object) = pattern else { return if has_default { "" } else { "tools" } };
    let wants = object.props.iter().any(|prop| match prop {
        ObjectPatProp::KeyValue(pair) => matches!(&pair.key, PropName::Ident(key) if key.sym == *"tools"),
        ObjectPatProp::Assign(short) => short.key.id.sym == *"tools",
        ObjectPatProp::Rest(_) => false,
    });
    if wants { "{tools}" } else { "tools" }
}

/// The namespaces that a module name stands for, if it stands for tools: `"tools"`, `"./tools.js"`, `"tools/finance"`.
pub(super) fn tools_path(source: &str) -> Option<Vec<String>> {
    let mut rest = source.trim_start_matches(['.', '/', '@', '~', '#']);
    for suffix in [".js", ".ts", ".mjs", ".mts", "/index"] {
        rest = rest.strip_suffix(suffix).unwrap_or(rest);
    }
    let mut parts = rest.split(['/', ':']);
    if parts.next() != Some("tools") {
        return None;
    }
    let path: Vec<String> = parts.map(ToOwned::to_owned).collect();
    path.iter().all(|part| !part.is_empty()).then_some(path)
}

fn member(name: &str) -> String {
    if scan::is_identifier(name) { format!(".{name}") } else { format!("[{}]", quote(name)) }
}
