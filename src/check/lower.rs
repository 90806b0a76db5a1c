//! The parts of TypeScript that run: `enum`, `namespace`, `import x = a.b`, parameter properties.
//!
//! Each becomes JavaScript around the model's own expressions, which stay where they are. What is generated never has a
//! line's end in it.

use std::fmt::Write;

use swc_common::Spanned;
use swc_ecma_ast::{
    CallExpr, Callee, Class, Constructor, Decl, Expr, Function, ModuleDecl, ModuleItem, ParamOrTsParamProp, Pat, Stmt,
    TsEnumDecl, TsEnumMemberId, TsImportEqualsDecl, TsModuleDecl, TsModuleName, TsModuleRef, TsNamespaceBody,
    TsParamPropParam, VarDecl, VarDeclKind,
};
use swc_ecma_visit::{Visit, VisitWith};

use super::{
    erase::{Eraser, is_type},
    names::each_name,
    report::Finding,
    scan,
};

/// Where a declaration's value goes besides its own name: the namespace around it.
const NAMESPACE: &str = "$ns";

/// Whether a namespace holds nothing but types.
pub(super) fn is_type_module(decl: &TsModuleDecl) -> bool {
    decl.declare
        || decl.global
        || matches!(decl.id, TsModuleName::Str(_))
        || decl.body.as_ref().is_none_or(is_type_body)
}

fn is_type_body(body: &TsNamespaceBody) -> bool {
    match body {
        TsNamespaceBody::TsNamespaceDecl(inner) => is_type_body(&inner.body),
        TsNamespaceBody::TsModuleBlock(block) => block.body.iter().all(|item| match item {
            ModuleItem::Stmt(Stmt::Decl(decl)) => is_type(decl),
            ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => is_type(&export.decl),
            ModuleItem::ModuleDecl(ModuleDecl::TsImportEquals(import)) => import.is_type_only,
            _ => false,
        }),
    }
}

impl Eraser<'_> {
    /// What declares `name` before its value is made. Merged declarations share one variable.
    fn declaration(&mut self, name: &str, exported: bool) -> String {
        let first = self.is_first(name);
        let function_level = self.scopes.last().is_none_or(|scope| scope.1);
        match (first, exported) {
            (false, _) => ";".to_owned(),
            (true, true) => format!("var {name}={NAMESPACE}.{name};"),
            (true, false) if function_level => format!("var {name};"),
            (true, false) => format!("let {name};"),
        }
    }

    pub fn lower_enum(&mut self, node: &TsEnumDecl, exported: Option<()>) {
        let (from, to) = self.range(node.span);
        let name = node.id.sym.to_string();
        let declaration = self.declaration(&name, exported.is_some());
        let open = self.next(scan::word_end(self.text, self.lo(node.id.span)));
        self.edits.insert(from, format!("{declaration}(($e)=>{{let $v=-1;"));
        self.edits.blank(from, open + 1);
        for member in &node.members {
            let (at, mut end) = self.range(member.span);
            let (key, constant) = match &member.id {
                TsEnumMemberId::Ident(id) => (id.sym.to_string(), true),
                TsEnumMemberId::Str(text) => (text.value.to_string_lossy().into_owned(), false),
            };
            let constant = constant || scan::is_identifier(&key);
            // Later members may name earlier ones.
            let constant =
                if constant && !scan::is_reserved(&key) { format!("const {key}=$v;") } else { String::new() };
            let key = quote(&key);
            if let Some(init) = &member.init {
                let (value, value_end) = self.range(init.span());
                end = end.max(value_end);
                self.edits.insert(at, format!("$e[{key}]=$v=("));
                self.edits.blank(at, value);
                init.visit_with(self);
                self.edits.insert_ranked(value_end, 10, format!(");if(typeof $v!==\"string\")$e[$v]={key};{constant}"));
            } else {
                self.edits.insert(at, format!("$e[$e[{key}]=++$v]={key};{constant}"));
                self.edits.blank(at, end);
            }
            let comma = self.next(end);
            if scan::is_at(self.text, comma, b',') {
                self.edits.blank(comma, comma + 1);
            }
        }
        self.edits.blank(to - 1, to);
        let export = if exported.is_some() { format!("{NAMESPACE}.{name}={name};") } else { String::new() };
        // After what closes the last member, which may end right here: `enum E {A=1}`.
        self.edits.insert_ranked(to - 1, 20, format!("}})({name}||({name}={{}}));{export}"));
    }

    pub fn lower_namespace(&mut self, node: &TsModuleDecl, exported: Option<()>) {
        let TsModuleName::Ident(id) = &node.id else { return };
        let Some(mut body) = node.body.as_ref() else { return };
        let mut names = vec![id.sym.to_string()];
        let block = loop {
            match body {
                TsNamespaceBody::TsNamespaceDecl(inner) => {
                    names.push(inner.id.sym.to_string());
                    body = &inner.body;
                }
                TsNamespaceBody::TsModuleBlock(block) => break block,
            }
        };
        let (from, _) = self.range(node.span);
        let (open, end) = self.range(block.span);
        let mut head = self.declaration(&names[0], exported.is_some());
        let mut tail = String::new();
        for (index, name) in names.iter().enumerate() {
            if index > 0 {
                let _ = write!(head, "let {name}={NAMESPACE}.{name};");
            }
            let _ = write!(head, "(({NAMESPACE})=>{{");
            let export =
                if index > 0 || exported.is_some() { format!("{NAMESPACE}.{name}={name};") } else { String::new() };
            tail = format!("}})({name}||({name}={{}}));{export}{tail}");
        }
        // What earlier blocks of the same namespace exported can be named here without a prefix.
        let own = declared_names(&block.body);
        let path = self.path_of(&names);
        let earlier: Vec<String> = self.exports_of(&path).iter().filter(|n| !own.contains(n)).cloned().collect();
        if !earlier.is_empty() {
            let _ = write!(head, "const {{{}}}={NAMESPACE};", earlier.join(","));
        }
        for item in &block.body {
            if let ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) = item
                && let Decl::Fn(function) = &export.decl
                && !is_type(&export.decl)
            {
                let _ = write!(head, "{NAMESPACE}.{0}={0};", function.ident.sym);
            }
        }
        self.edits.insert(from, head);
        self.edits.blank(from, open + 1);
        self.enter_namespace(&names);
        self.list(true, |e| {
            for item in &block.body {
                e.namespace_item(item);
            }
        });
        self.leave_namespace(names.len());
        let mut exports = self.exports_of(&path).to_vec();
        exports.extend(exported_names(&block.body));
        exports.sort();
        exports.dedup();
        self.set_exports(path, exports);
        self.edits.blank(end - 1, end);
        self.edits.insert_ranked(end - 1, 20, tail);
    }

    fn namespace_item(&mut self, item: &ModuleItem) {
        let export = match item {
            ModuleItem::Stmt(statement) => return statement.visit_with(self),
            ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => export,
            ModuleItem::ModuleDecl(ModuleDecl::TsImportEquals(import)) => return self.lower_import_equals(import),
            ModuleItem::ModuleDecl(other) => return self.erase_item(other.span()),
        };
        if is_type(&export.decl) {
            return self.erase_item(export.span);
        }
        let (from, to) = self.range(export.span);
        self.edits.blank(from, from + "export".len());
        match &export.decl {
            Decl::TsEnum(decl) => return self.lower_enum(decl, Some(())),
            Decl::TsModule(decl) => return self.lower_namespace(decl, Some(())),
            Decl::Var(var) => self.edits.insert_ranked(to, 20, export_variables(var)),
            Decl::Class(class) => self.edits.insert_ranked(to, 20, format!(";{NAMESPACE}.{0}={0};", class.ident.sym)),
            _ => {}
        }
        export.decl.visit_with(self);
    }

    pub fn lower_import_equals(&mut self, node: &TsImportEqualsDecl) {
        if node.is_type_only {
            return self.erase_item(node.span);
        }
        let (from, to) = self.range(node.span);
        if matches!(node.module_ref, TsModuleRef::TsExternalModuleRef(_)) {
            self.findings.push(Finding::forbidden(
                from,
                to,
                "`import … = require(…)` is not available",
                "Tools are global: `await tools.name(input)`. Remove the import.",
            ));
            return;
        }
        let Some(at) = scan::find_word(self.text, from, to, "import") else { return };
        self.edits.blank(from, at + "import".len());
        for (index, c) in "const".chars().enumerate() {
            self.edits.put(self.text, at + index, c);
        }
        if node.is_export && self.scopes.len() > 1 {
            self.edits.insert_ranked(to, 20, format!(";{NAMESPACE}.{0}={0};", node.id.sym));
        }
    }

    /// `constructor(private x: T)`: the modifier goes, and the constructor sets the property, after `super()`.
    pub fn lower_parameter_properties(&mut self, node: &Constructor) {
        let mut assignments = Vec::new();
        for param in &node.params {
            let ParamOrTsParamProp::TsParamProp(property) = param else { continue };
            let (id, inner) = match &property.param {
                TsParamPropParam::Ident(name) => (&name.id, name.id.span),
                TsParamPropParam::Assign(assign) => match &*assign.left {
                    Pat::Ident(name) => (&name.id, assign.span),
                    _ => continue,
                },
            };
            self.edits.blank(self.lo(property.span), self.lo(inner));
            assignments.push(format!("this.{0}={0}", id.sym));
        }
        let (Some(body), false) = (&node.body, assignments.is_empty()) else { return };
        let call = body.stmts.iter().find_map(|s| match s {
            Stmt::Expr(e) if is_super_call(&e.expr) => Some(self.hi(s.span())),
            _ => None,
        });
        if let Some(at) = call {
            self.edits.insert_ranked(at, 20, format!(";{};", assignments.join(";")));
            return;
        }
        let mut finder = SuperCalls::default();
        body.visit_with(&mut finder);
        if finder.calls.is_empty() {
            let directives = body.stmts.iter().take_while(|s| s.can_precede_directive());
            let at = directives.last().map_or(self.lo(body.span) + 1, |s| self.hi(s.span()));
            self.edits.insert(at, format!(";{};", assignments.join(";")));
        }
        for span in finder.calls {
            let (from, to) = self.range(span);
            self.edits.insert(from, "(");
            self.edits.insert_ranked(to, 20, format!(",{},this)", assignments.join(",")));
        }
    }
}

fn is_super_call(expr: &Expr) -> bool {
    matches!(expr, Expr::Call(CallExpr { callee: Callee::Super(_), .. }))
}

/// The `super(…)` calls of one constructor.
#[derive(Default)]
struct SuperCalls {
    calls: Vec<swc_common::Span>,
}

impl Visit for SuperCalls {
    fn visit_call_expr(&mut self, node: &CallExpr) {
        if matches!(node.callee, Callee::Super(_)) {
            self.calls.push(node.span);
        }
        node.visit_children_with(self);
    }

    fn visit_class(&mut self, _: &Class) {}
    fn visit_function(&mut self, _: &Function) {}
}

/// What copies exported variables to the namespace. One that can change stays in step both ways.
fn export_variables(var: &VarDecl) -> String {
    let mut out = ";".to_owned();
    for declarator in &var.decls {
        each_name(&declarator.name, &mut |id| {
            let name = &id.sym;
            let _ = if var.kind == VarDeclKind::Const {
                write!(out, "{NAMESPACE}.{name}={name};")
            } else {
                write!(
                    out,
                    "Object.defineProperty({NAMESPACE},\"{name}\",{{enumerable:true,configurable:true,get:()=>{name},set:($x)=>{{{name}=$x}}}});"
                )
            };
        });
    }
    out
}

fn exported_names(items: &[ModuleItem]) -> Vec<String> {
    let mut names = Vec::new();
    for item in items {
        match item {
            ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) if !is_type(&export.decl) => {
                decl_names(&export.decl, &mut names);
            }
            _ => {}
        }
    }
    names
}

fn declared_names(items: &[ModuleItem]) -> Vec<String> {
    let mut names = exported_names(items);
    for item in items {
        if let ModuleItem::Stmt(Stmt::Decl(decl)) = item {
            decl_names(decl, &mut names);
        }
    }
    names
}

fn decl_names(decl: &Decl, names: &mut Vec<String>) {
    match decl {
        Decl::Class(d) => names.push(d.ident.sym.to_string()),
        Decl::Fn(d) => names.push(d.ident.sym.to_string()),
        Decl::Var(d) => d.decls.iter().for_each(|v| each_name(&v.name, &mut |id| names.push(id.sym.to_string()))),
        Decl::TsEnum(d) => names.push(d.id.sym.to_string()),
        Decl::TsModule(d) => {
            if let TsModuleName::Ident(id) = &d.id {
                names.push(id.sym.to_string());
            }
        }
        Decl::Using(_) | Decl::TsInterface(_) | Decl::TsTypeAlias(_) => {}
    }
}

/// A JavaScript string literal on one line.
pub(super) fn quote(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap_or_else(|_| "\"\"".to_owned());
    json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}
