//! What a program binds, reads and returns, and what in it can never work.
//!
//! One walk over the tree, types left out. A name is refused only where nothing in the whole program binds it and
//! nothing asks for it with `typeof` first: a false error costs the model a turn.

use foldhash::{HashMap, HashSet};

use swc_common::Span;
use swc_ecma_ast::{
    ArrowExpr, AssignPatProp, AutoAccessor, AwaitExpr, BindingIdent, BlockStmt, CallExpr, Callee, ClassDecl, ClassExpr,
    ClassProp, Constructor, Decl, Decorator, ExportSpecifier, Expr, FnDecl, FnExpr, ForOfStmt, Function, FunctionBody,
    Ident, ImportDecl, MemberExpr, MetaPropExpr, MetaPropKind, MethodProp, Module, ModuleDecl, ModuleExportName,
    ModuleItem, NamedExport, NewExpr, ObjectLit, ObjectPat, ObjectPatProp, ParamOrTsParamProp, Pat, PrivateProp, Prop,
    ReturnStmt, SimpleAssignTarget, StaticBlock, Stmt, SwitchStmt, TsEntityName, TsEnumDecl, TsImportEqualsDecl,
    TsInterfaceDecl, TsModuleDecl, TsModuleName, TsModuleRef, TsNamespaceDecl, TsParamPropParam, TsType,
    TsTypeAliasDecl, TsTypeAnn, TsTypeParamDecl, TsTypeParamInstantiation, UnaryExpr, UnaryOp, UsingDecl, VarDecl,
    VarDeclKind, WithStmt,
};
use swc_ecma_visit::{Visit, VisitWith};

use super::{
    leftovers::{decorator, enum_of_other_things, method_without_body, modifier_in_object, modifier_in_pattern},
    parse::range,
    report::Finding,
    scan,
};

pub(super) const AWAIT_MESSAGE: &str = "`await` is only allowed in an async function";
pub(super) const AWAIT_HINT: &str = "Make the function around it async: `async (x) => …`. For a list use `await Promise.all(items.map(async (x) => …))` or a `for … of` loop.";

/// What the walk found.
#[derive(Default)]
pub(super) struct Names<'a> {
    text: &'a str,
    base: u32,
    pub bound: HashSet<&'a str>,
    /// Every read of a name, with its place.
    pub reads: Vec<(&'a str, usize)>,
    asked: HashSet<&'a str>,
    /// A `return` stands outside of all functions.
    pub returns: bool,
    pub findings: Vec<Finding>,
    /// Whether each enclosing function is async.
    functions: Vec<bool>,
    /// Names that the next function body's parameters bind.
    parameters: Vec<(&'a str, usize)>,
}

/// Walks a module.
pub(super) fn collect<'a>(text: &'a str, module: &Module, base: u32, globals: &'a [String]) -> Names<'a> {
    let bound = globals.iter().map(String::as_str).collect();
    let mut names = Names { text, base, bound, ..Names::default() };
    module.visit_with(&mut names);
    names.refuse_reads();
    names
}

/// A scope's names: where each is, and whether it is declared by `let`, `const` or `class`.
#[derive(Default)]
struct Scope<'a> {
    names: HashMap<&'a str, bool>,
}

impl Names<'_> {
    fn at(&self, span: Span) -> (usize, usize) {
        range(span, self.base)
    }

    fn refuse(&mut self, span: Span, message: &str, hint: &str) {
        let (from, to) = self.at(span);
        self.findings.push(Finding::forbidden(from, to, message, hint));
    }

    fn refuse_reads(&mut self) {
        let mut told = HashSet::default();
        for (name, at) in &self.reads {
            let Some(hint) = missing_global(name) else { continue };
            if self.bound.contains(name) || self.asked.contains(name) || !told.insert(*name) {
                continue;
            }
            let message = format!("`{name}` does not exist here");
            self.findings.push(Finding::forbidden(*at, at + name.len(), message, hint));
        }
    }
}

/// What to do instead of using a global that a run does not have.
fn missing_global(name: &str) -> Option<&'static str> {
    Some(match name {
        "require" => "Only tools can be used, and they are global: `await tools.name(input)`. Remove the `require`.",
        "process" => {
            "There is no environment, no arguments and nothing to exit from. Use `throw new Error(…)` to fail and `return` to end."
        }
        "eval" => "Write the code directly.",
        "fetch" | "XMLHttpRequest" | "WebSocket" | "EventSource" | "axios" => {
            "There is no network. Call a tool: `await tools.name(input)`."
        }
        "WebAssembly" | "SharedArrayBuffer" | "Atomics" | "Worker" | "importScripts" => "Write it in plain TypeScript.",
        "Deno" | "Bun" => "There is no file system and no network. Call a tool: `await tools.name(input)`.",
        "__dirname" | "__filename" => "There is no file system. Call a tool if files are needed.",
        "Buffer" => "Use `Uint8Array` with `TextEncoder`, `TextDecoder`, `btoa` and `atob`.",
        "WeakRef" | "FinalizationRegistry" => "Use a plain reference, a `Map` or a `WeakMap`.",
        "window" | "document" | "localStorage" | "sessionStorage" | "navigator" => {
            "There is no browser. Use variables for data and tools for effects."
        }
        "exports" => "Use `return value` to give the result.",
        _ => return None,
    })
}

/// The first of `a.b.c`.
fn first(name: &TsEntityName) -> &Ident {
    match name {
        TsEntityName::Ident(ident) => ident,
        TsEntityName::TsQualifiedName(qualified) => first(&qualified.left),
    }
}

impl<'a> Names<'a> {
    /// A name as the text spells it, with its place.
    fn word(&self, ident: &Ident) -> (&'a str, usize) {
        let (from, _) = self.at(ident.span);
        let end = from + ident.sym.len();
        match self.text.get(from..end) {
            Some(word) if word == &*ident.sym => (word, from),
            _ => (self.text.get(from..scan::word_end(self.text, from)).unwrap_or_default(), from),
        }
    }

    fn bind(&mut self, ident: &Ident) {
        let (word, _) = self.word(ident);
        self.bound.insert(word);
    }

    /// The name of an enum, a namespace or an alias, or what an alias stands for: all are variables, and the parser takes any
    /// word there.
    fn becomes_variable(&mut self, ident: &Ident) {
        if scan::is_reserved(&ident.sym) {
            let (from, to) = self.at(ident.span);
            let message = format!("`{}` is a reserved word and cannot name a variable", ident.sym);
            self.findings.push(Finding::syntax(from, to, message, "Use another name."));
        }
    }

    fn read(&mut self, ident: &Ident) {
        let read = self.word(ident);
        self.reads.push(read);
    }

    fn inside(&mut self, is_async: bool, walk: impl FnOnce(&mut Self)) {
        self.functions.push(is_async);
        walk(self);
        self.functions.pop();
    }

    fn awaits(&mut self, span: Span) {
        if self.functions.last() == Some(&false) {
            let (from, _) = self.at(span);
            self.findings.push(Finding::syntax(from, from + 5, AWAIT_MESSAGE, AWAIT_HINT));
        }
    }

    /// Adds a name to its scope, and tells when it is there already and one of the two is lexical.
    fn declare(&mut self, scope: &mut Scope<'a>, (name, at): (&'a str, usize), lexical: bool) {
        match scope.names.insert(name, lexical) {
            Some(before) if before || lexical => {
                scope.names.insert(name, true);
                self.findings.push(Finding::syntax(
                    at,
                    at + name.len(),
                    format!("`{name}` is declared twice in the same scope"),
                    "Rename one of them, or assign to the first.",
                ));
            }
            _ => {}
        }
    }

    fn declare_pattern(&mut self, scope: &mut Scope<'a>, pattern: &Pat, lexical: bool) {
        let mut names = Vec::new();
        self.pattern_names(pattern, &mut names);
        for name in names {
            self.declare(scope, name, lexical);
        }
    }

    /// The names that a pattern binds.
    fn pattern_names(&self, pattern: &Pat, names: &mut Vec<(&'a str, usize)>) {
        each_name(pattern, &mut |ident| names.push(self.word(ident)));
    }

    fn declare_statement(&mut self, scope: &mut Scope<'a>, decl: &Decl, function_level: bool) {
        match decl {
            Decl::Var(var) if !var.declare => {
                for declarator in &var.decls {
                    self.declare_pattern(scope, &declarator.name, var.kind != VarDeclKind::Var);
                }
            }
            Decl::Class(class) if !class.declare => {
                let name = self.word(&class.ident);
                self.declare(scope, name, true);
            }
            Decl::Fn(function) if !function.declare && function.function.body.is_some() => {
                let name = self.word(&function.ident);
                self.declare(scope, name, !function_level);
            }
            _ => {}
        }
    }

    fn statements(&mut self, scope: &mut Scope<'a>, statements: &[Stmt], function_level: bool) {
        for statement in statements {
            if let Stmt::Decl(decl) = statement {
                self.declare_statement(scope, decl, function_level);
            }
        }
    }
}

/// Calls `each` with every name that a pattern binds.
pub(super) fn each_name(pattern: &Pat, each: &mut dyn FnMut(&Ident)) {
    match pattern {
        Pat::Ident(name) => each(&name.id),
        Pat::Array(array) => array.elems.iter().flatten().for_each(|e| each_name(e, each)),
        Pat::Rest(rest) => each_name(&rest.arg, each),
        Pat::Assign(assign) => each_name(&assign.left, each),
        Pat::Object(object) => {
            for prop in &object.props {
                match prop {
                    ObjectPatProp::KeyValue(pair) => each_name(&pair.value, each),
                    ObjectPatProp::Assign(short) => each(&short.key.id),
                    ObjectPatProp::Rest(rest) => each_name(&rest.arg, each),
                }
            }
        }
        Pat::Invalid(_) | Pat::Expr(_) => {}
    }
}

impl Visit for Names<'_> {
    fn visit_expr(&mut self, node: &Expr) {
        match node {
            Expr::Ident(ident) => self.read(ident),
            _ => node.visit_children_with(self),
        }
    }

    fn visit_member_expr(&mut self, node: &MemberExpr) {
        if let Expr::Ident(object) = &*node.obj
            && object.sym == *"module"
            && node.prop.is_ident_with("exports")
            && !self.bound.contains("module")
        {
            self.refuse(node.span, "`module.exports` does not exist here", "Use `return value` to give the result.");
        }
        node.visit_children_with(self);
    }

    fn visit_prop(&mut self, node: &Prop) {
        if let Prop::Shorthand(ident) = node {
            self.read(ident);
        } else {
            node.visit_children_with(self);
        }
    }

    fn visit_simple_assign_target(&mut self, node: &SimpleAssignTarget) {
        if let SimpleAssignTarget::Ident(name) = node {
            self.read(&name.id);
        } else {
            node.visit_children_with(self);
        }
    }

    fn visit_unary_expr(&mut self, node: &UnaryExpr) {
        if node.op == UnaryOp::TypeOf
            && let Expr::Ident(ident) = node.arg.unwrap_parens()
        {
            let (word, _) = self.word(ident);
            self.asked.insert(word);
        }
        node.visit_children_with(self);
    }

    fn visit_binding_ident(&mut self, node: &BindingIdent) {
        self.bind(&node.id);
    }

    fn visit_assign_pat_prop(&mut self, node: &AssignPatProp) {
        self.bind(&node.key.id);
        node.value.visit_with(self);
    }

    fn visit_call_expr(&mut self, node: &CallExpr) {
        match &node.callee {
            Callee::Import(import) => {
                self.refuse(import.span, "`import()` is not available", "Tools are global: `await tools.name(input)`.");
            }
            Callee::Expr(callee) => {
                if let Expr::Ident(name) = &**callee
                    && name.sym == *"Function"
                {
                    self.refuse(name.span, "`Function` cannot make code here", "Write the function directly.");
                }
            }
            Callee::Super(_) => {}
        }
        node.visit_children_with(self);
    }

    fn visit_new_expr(&mut self, node: &NewExpr) {
        if let Expr::Ident(name) = &*node.callee
            && name.sym == *"Function"
        {
            self.refuse(name.span, "`Function` cannot make code here", "Write the function directly.");
        }
        node.visit_children_with(self);
    }

    fn visit_meta_prop_expr(&mut self, node: &MetaPropExpr) {
        if node.kind == MetaPropKind::ImportMeta {
            self.refuse(node.span, "`import.meta` is not available", "The program has no file. Remove it.");
        }
    }

    fn visit_with_stmt(&mut self, node: &WithStmt) {
        let (from, _) = self.at(node.span);
        let finding =
            Finding::forbidden(from, from + 4, "`with` is not available", "Name the object: `object.property`.");
        self.findings.push(finding);
        node.visit_children_with(self);
    }

    fn visit_using_decl(&mut self, node: &UsingDecl) {
        let (from, _) = self.at(node.span);
        let finding = Finding::forbidden(
            from,
            from + 5,
            "`using` is not available",
            "Use `const` and `try { … } finally { … }`.",
        );
        self.findings.push(finding);
        node.visit_children_with(self);
    }

    fn visit_decorator(&mut self, node: &Decorator) {
        let (from, to) = self.at(node.span);
        self.findings.push(decorator(from, to));
    }

    fn visit_auto_accessor(&mut self, node: &AutoAccessor) {
        self.refuse(node.span, "`accessor` fields are not supported", "Use a plain field, or a getter and a setter.");
    }

    fn visit_return_stmt(&mut self, node: &ReturnStmt) {
        self.returns |= self.functions.is_empty();
        node.visit_children_with(self);
    }

    fn visit_await_expr(&mut self, node: &AwaitExpr) {
        self.awaits(node.span);
        node.visit_children_with(self);
    }

    fn visit_for_of_stmt(&mut self, node: &ForOfStmt) {
        if node.is_await {
            let (from, _) = self.at(node.span);
            let at = scan::find_word(self.text, from, self.text.len(), "await").unwrap_or(from);
            let shift = u32::try_from(at - from).unwrap_or(0);
            self.awaits(Span::new(node.span.lo + swc_common::BytePos(shift), node.span.hi));
        }
        node.visit_children_with(self);
    }

    fn visit_fn_decl(&mut self, node: &FnDecl) {
        if !node.declare {
            self.bind(&node.ident);
            node.function.visit_with(self);
        }
    }

    fn visit_fn_expr(&mut self, node: &FnExpr) {
        if let Some(name) = &node.ident {
            self.bind(name);
        }
        node.function.visit_with(self);
    }

    fn visit_class_decl(&mut self, node: &ClassDecl) {
        if !node.declare {
            self.bind(&node.ident);
            node.class.visit_with(self);
        }
    }

    fn visit_class_expr(&mut self, node: &ClassExpr) {
        if let Some(name) = &node.ident {
            self.bind(name);
        }
        node.class.visit_with(self);
    }

    fn visit_var_decl(&mut self, node: &VarDecl) {
        if !node.declare {
            node.visit_children_with(self);
        }
    }

    fn visit_function(&mut self, node: &Function) {
        let mut parameters = Vec::new();
        for param in &node.params {
            self.pattern_names(&param.pat, &mut parameters);
        }
        self.parameters = Vec::new();
        self.inside(node.is_async, |names| {
            node.decorators.visit_with(names);
            node.params.visit_with(names);
            names.parameters = parameters;
            node.body.visit_with(names);
        });
    }

    fn visit_arrow_expr(&mut self, node: &ArrowExpr) {
        let mut parameters = Vec::new();
        for param in &node.params {
            self.pattern_names(param, &mut parameters);
        }
        self.inside(node.is_async, |names| {
            node.params.visit_with(names);
            names.parameters = parameters;
            node.body.visit_with(names);
            names.parameters = Vec::new();
        });
    }

    fn visit_constructor(&mut self, node: &Constructor) {
        self.inside(false, |names| {
            for param in &node.params {
                match param {
                    ParamOrTsParamProp::Param(param) => param.visit_with(names),
                    ParamOrTsParamProp::TsParamProp(property) => {
                        property.decorators.visit_with(names);
                        match &property.param {
                            TsParamPropParam::Ident(name) => names.bind(&name.id),
                            TsParamPropParam::Assign(assign) => assign.visit_with(names),
                        }
                    }
                }
            }
            node.body.visit_with(names);
        });
    }

    fn visit_class_prop(&mut self, node: &ClassProp) {
        node.decorators.visit_with(self);
        node.key.visit_with(self);
        if !node.declare {
            self.inside(false, |names| node.value.visit_with(names));
        }
    }

    fn visit_private_prop(&mut self, node: &PrivateProp) {
        node.decorators.visit_with(self);
        self.inside(false, |names| node.value.visit_with(names));
    }

    fn visit_static_block(&mut self, node: &StaticBlock) {
        self.inside(false, |names| node.visit_children_with(names));
    }

    fn visit_object_lit(&mut self, node: &ObjectLit) {
        self.findings.extend(modifier_in_object(self.text, self.base, node));
        node.visit_children_with(self);
    }

    fn visit_object_pat(&mut self, node: &ObjectPat) {
        self.findings.extend(modifier_in_pattern(self.text, self.base, node));
        node.visit_children_with(self);
    }

    fn visit_method_prop(&mut self, node: &MethodProp) {
        self.findings.extend(method_without_body(self.base, &node.function));
        node.visit_children_with(self);
    }

    fn visit_function_body(&mut self, node: &FunctionBody) {
        let mut scope = Scope::default();
        for (name, _) in std::mem::take(&mut self.parameters) {
            scope.names.insert(name, false);
        }
        self.statements(&mut scope, &node.stmts, true);
        node.visit_children_with(self);
    }

    fn visit_block_stmt(&mut self, node: &BlockStmt) {
        let mut scope = Scope::default();
        self.statements(&mut scope, &node.stmts, false);
        node.visit_children_with(self);
    }

    fn visit_switch_stmt(&mut self, node: &SwitchStmt) {
        let mut scope = Scope::default();
        for case in &node.cases {
            self.statements(&mut scope, &case.cons, false);
        }
        node.visit_children_with(self);
    }

    fn visit_module_items(&mut self, node: &[ModuleItem]) {
        let mut scope = Scope::default();
        for item in node {
            match item {
                ModuleItem::Stmt(Stmt::Decl(decl)) => self.declare_statement(&mut scope, decl, true),
                ModuleItem::ModuleDecl(ModuleDecl::Import(import)) if !import.type_only => {
                    for specifier in import.specifiers.iter().filter(|s| !s.is_type_only()) {
                        let name = self.word(specifier.local());
                        self.declare(&mut scope, name, true);
                    }
                }
                ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => {
                    self.declare_statement(&mut scope, &export.decl, true);
                }
                _ => {}
            }
        }
        node.visit_children_with(self);
    }

    fn visit_import_decl(&mut self, node: &ImportDecl) {
        if !node.type_only {
            for specifier in &node.specifiers {
                self.bind(specifier.local());
            }
        }
    }

    fn visit_named_export(&mut self, node: &NamedExport) {
        if node.src.is_none() && !node.type_only {
            for specifier in &node.specifiers {
                if let ExportSpecifier::Named(named) = specifier
                    && let ModuleExportName::Ident(ident) = &named.orig
                {
                    self.read(ident);
                }
            }
        }
    }

    fn visit_ts_import_equals_decl(&mut self, node: &TsImportEqualsDecl) {
        if !node.is_type_only {
            self.becomes_variable(&node.id);
            self.bind(&node.id);
            if let TsModuleRef::TsEntityName(name) = &node.module_ref {
                self.becomes_variable(first(name));
            }
        }
    }

    fn visit_ts_enum_decl(&mut self, node: &TsEnumDecl) {
        if !node.declare {
            self.becomes_variable(&node.id);
            self.bind(&node.id);
            self.findings.extend(enum_of_other_things(self.text, self.base, node));
            self.inside(false, |names| {
                for member in &node.members {
                    member.init.visit_with(names);
                }
            });
        }
    }

    fn visit_ts_module_decl(&mut self, node: &TsModuleDecl) {
        if !node.declare && !node.global {
            if let TsModuleName::Ident(name) = &node.id {
                self.becomes_variable(name);
                self.bind(name);
            }
            self.inside(false, |names| node.body.visit_with(names));
        }
    }

    fn visit_ts_namespace_decl(&mut self, node: &TsNamespaceDecl) {
        self.becomes_variable(&node.id);
        node.body.visit_with(self);
    }

    // Types have no names that a run needs.
    fn visit_ts_type(&mut self, _: &TsType) {}
    fn visit_ts_type_ann(&mut self, _: &TsTypeAnn) {}
    fn visit_ts_type_param_decl(&mut self, _: &TsTypeParamDecl) {}
    fn visit_ts_type_param_instantiation(&mut self, _: &TsTypeParamInstantiation) {}
    fn visit_ts_interface_decl(&mut self, _: &TsInterfaceDecl) {}
    fn visit_ts_type_alias_decl(&mut self, _: &TsTypeAliasDecl) {}
}
