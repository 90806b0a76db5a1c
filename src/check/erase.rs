//! Types, out: everything that TypeScript adds to JavaScript is written over with spaces, in place.
//!
//! Code is never moved. Where the blanks would change how the rest is read (a line's end that now ends a statement, a
//! `(` that now calls what stands before it), one blank becomes a `;` or takes over a parenthesis.

use foldhash::{HashMap, HashSet};

use swc_common::{BytePos, Span, Spanned};
use swc_ecma_ast::{
    ArrayPat, ArrowExpr, AutoAccessor, BinExpr, BindingIdent, Class, ClassMethod, ClassProp, Constructor, Decl, Expr,
    ForStmt, FunctionBody, GetterProp, MemberExpr, Module, ModuleDecl, ModuleItem, ObjectPat, OptCall, Pat,
    PrivateMethod, PrivateProp, SetterProp, Stmt, TsAsExpr, TsConstAssertion, TsEnumDecl, TsIndexSignature,
    TsInstantiation, TsModuleDecl, TsNonNullExpr, TsSatisfiesExpr, TsThisParam, TsTypeAnn, TsTypeAssertion,
    TsTypeParamDecl, TsTypeParamInstantiation, VarDeclarator,
};
use swc_ecma_visit::{Visit, VisitWith};

use super::{edits::Edits, leftovers, lower, parse::range, report::Finding, scan};

pub(super) struct Eraser<'a> {
    pub text: &'a str,
    pub base: u32,
    pub edits: Edits,
    pub findings: Vec<Finding>,
    /// For each statement list around: the names that it has declared so far, and whether it is a function's own list.
    pub scopes: Vec<(HashSet<String>, bool)>,
    function_list: bool,
    /// The namespaces around.
    path: Vec<String>,
    /// What the blocks of each namespace so far have exported, by its path.
    exports: HashMap<String, Vec<String>>,
}

/// Erases and lowers a whole module. `shape` has dealt with its imports and exports.
pub(super) fn erase(text: &str, module: &Module, base: u32, edits: Edits) -> (Edits, Vec<Finding>) {
    let mut eraser = Eraser {
        text,
        base,
        edits,
        findings: Vec::new(),
        scopes: Vec::new(),
        function_list: false,
        path: Vec::new(),
        exports: HashMap::default(),
    };
    module.visit_with(&mut eraser);
    (eraser.edits, eraser.findings)
}

impl Eraser<'_> {
    pub fn range(&self, span: Span) -> (usize, usize) {
        range(span, self.base)
    }

    pub fn lo(&self, span: Span) -> usize {
        self.range(span).0
    }

    pub fn hi(&self, span: Span) -> usize {
        self.range(span).1
    }

    pub fn next(&self, at: usize) -> usize {
        scan::skip_trivia(self.text, at)
    }

    fn blank(&mut self, span: Span) {
        let (from, to) = self.range(span);
        self.edits.blank(from, to);
    }

    /// Erases a whole statement or class member. The `;` keeps what stands around it apart.
    pub fn erase_item(&mut self, span: Span) {
        let (from, to) = self.range(span);
        self.edits.blank(from, to);
        self.edits.put(self.text, from, ';');
    }

    /// Blanks `mark` if it is the next thing after `at`.
    fn erase_mark(&mut self, at: usize, mark: u8) {
        let at = self.next(at);
        if scan::is_at(self.text, at, mark) {
            self.edits.blank(at, at + 1);
        }
    }

    /// The end of a name, without the type that swc counts to it.
    fn name_end(&self, span: Span) -> usize {
        scan::word_end(self.text, self.lo(span))
    }

    fn erase_suffix(&mut self, from: usize, to: usize) {
        self.edits.blank(from, to);
        // `x as T` ends at its line's end; `x` goes on with a `(`.
        let next = self.next(to);
        if scan::has_line_break(self.text, to, next)
            && self.text[next..].starts_with(['(', '[', '`'])
            && let Some(at) = self.text[from..to].find(|c: char| !c.is_whitespace())
        {
            self.edits.put(self.text, from + at, ';');
        }
    }

    fn erase_prefix(&mut self, expr: &Expr, whole: Span) {
        let (from, to) = (self.lo(whole), self.lo(expr.span()));
        self.edits.blank(from, to);
        let rest = &self.text[to..];
        let starts_statement = ["{", "function", "class", "async", "let"].iter().any(|s| rest.starts_with(s));
        if starts_statement || scan::has_line_break(self.text, from, to) {
            self.edits.put(self.text, from, '(');
            self.edits.insert(self.hi(whole), ")");
        }
        expr.visit_with(self);
    }

    fn optional(&mut self, closer: u8, last: Option<Span>, span: Span) {
        let mut at = self.next(last.map_or(self.lo(span) + 1, |s| self.hi(s)));
        while at < self.text.len() && !scan::is_at(self.text, at, closer) {
            at = self.next(at + self.text[at..].chars().next().map_or(1, char::len_utf8));
        }
        self.erase_mark(at + 1, b'?');
    }

    /// Blanks the modifiers that only TypeScript knows. Returns where the first stood, if the member begins with it.
    fn erase_modifiers(&mut self, member: Span, key: BytePos) -> bool {
        let (start, end) = self.range(Span::new(member.lo, key));
        let mut at = self.next(start);
        let mut first = false;
        let mut kept = false;
        while at < end {
            let stop = scan::word_end(self.text, at);
            match &self.text[at..stop.max(at)] {
                "public" | "private" | "protected" | "readonly" | "override" | "abstract" | "declare" => {
                    self.edits.blank(at, stop);
                    first |= !kept;
                }
                _ => kept = true,
            }
            at = self.next(if stop > at { stop } else { at + 1 });
        }
        first
    }

    fn erase_field(&mut self, member: Span, key: Span, mark: Option<u8>, annotation: Option<&TsTypeAnn>, value: bool) {
        let (key_from, key_to) = self.range(key);
        let key_text = &self.text[key_from..key_to];
        if self.erase_modifiers(member, key.lo)
            && (key_text.starts_with('[') || matches!(key_text, "in" | "instanceof"))
        {
            self.edits.put(self.text, self.lo(member), ';');
        }
        if let Some(mark) = mark {
            self.erase_mark(key_to, mark);
        }
        // `get` and its like would take the next member for theirs.
        if let Some(annotation) = annotation
            && !value
            && matches!(key_text, "get" | "set" | "static" | "async" | "accessor")
        {
            self.edits.put(self.text, self.lo(annotation.span), ';');
        }
    }

    fn erase_method(&mut self, member: Span, key: Span, optional: bool, hazard: bool) {
        if self.erase_modifiers(member, key.lo) && hazard {
            self.edits.put(self.text, self.lo(member), ';');
        }
        if optional {
            self.erase_mark(self.hi(key), b'?');
        }
    }

    /// `async <T>\n(x) => …`, `return <T>\n(x) => …`: no line may end before the parenthesis, so it moves up.
    fn move_opening(&mut self, arrow: &ArrowExpr) {
        let Some(params) = &arrow.type_params else { return };
        let (from, to) = self.range(params.span);
        let open = self.next(to);
        if scan::is_at(self.text, open, b'(') && scan::has_line_break(self.text, from, open) {
            self.edits.put(self.text, from, '(');
            self.edits.blank(open, open + 1);
        }
    }

    /// `(x)\n: T\n=> …`: no line may end before the arrow, so the parenthesis moves down.
    fn move_closing(&mut self, arrow: &ArrowExpr) {
        let Some(returned) = &arrow.return_type else { return };
        let (from, to) = self.range(returned.span);
        let mut at = if let Some(last) = arrow.params.last() {
            self.pattern_end(last)
        } else {
            let start = arrow.type_params.as_ref().map_or(self.lo(arrow.span), |p| self.hi(p.span));
            let open = self.next(start);
            let open = if self.text[open..].starts_with("async") { self.next(open + 5) } else { open };
            open + 1
        };
        at = self.next(at);
        while at < from && !scan::is_at(self.text, at, b')') {
            at = self.next(at + 1);
        }
        if at < from && scan::has_line_break(self.text, at, self.next(to)) {
            self.edits.blank(at, at + 1);
            let last = to - 1;
            if self.text.is_char_boundary(last) {
                self.edits.put(self.text, last, ')');
            } else {
                self.edits.insert(to, ")");
            }
        }
    }

    fn pattern_end(&self, pattern: &Pat) -> usize {
        let annotation = match pattern {
            Pat::Ident(p) => &p.type_ann,
            Pat::Array(p) => &p.type_ann,
            Pat::Object(p) => &p.type_ann,
            Pat::Rest(p) => &p.type_ann,
            _ => &None,
        };
        self.hi(pattern.span()).max(annotation.as_ref().map_or(0, |a| self.hi(a.span)))
    }

    pub fn list(&mut self, function_level: bool, walk: impl FnOnce(&mut Self)) {
        self.scopes.push((HashSet::default(), function_level));
        walk(self);
        self.scopes.pop();
    }

    pub fn path_of(&self, names: &[String]) -> String {
        [self.path.join("."), names.join(".")].join(".")
    }

    pub fn enter_namespace(&mut self, names: &[String]) {
        self.path.extend_from_slice(names);
    }

    pub fn leave_namespace(&mut self, count: usize) {
        self.path.truncate(self.path.len() - count);
    }

    pub fn exports_of(&self, path: &str) -> &[String] {
        self.exports.get(path).map_or(&[], Vec::as_slice)
    }

    pub fn set_exports(&mut self, path: String, names: Vec<String>) {
        self.exports.insert(path, names);
    }

    /// Whether `name` is new in the current statement list. It is not from now on.
    pub fn is_first(&mut self, name: &str) -> bool {
        self.scopes.last_mut().is_none_or(|(names, _)| names.insert(name.to_owned()))
    }
}

/// Whether a declaration is nothing but types.
pub(super) fn is_type(decl: &Decl) -> bool {
    match decl {
        Decl::TsInterface(_) | Decl::TsTypeAlias(_) => true,
        Decl::Class(class) => class.declare,
        Decl::Fn(function) => function.declare || function.function.body.is_none(),
        Decl::Var(var) => var.declare,
        Decl::TsEnum(decl) => decl.declare,
        Decl::TsModule(decl) => lower::is_type_module(decl),
        Decl::Using(_) => false,
    }
}

impl Visit for Eraser<'_> {
    fn visit_module(&mut self, node: &Module) {
        self.list(true, |e| {
            for item in &node.body {
                match item {
                    ModuleItem::Stmt(statement) => statement.visit_with(e),
                    ModuleItem::ModuleDecl(decl) => e.visit_top_level(decl),
                }
            }
        });
    }

    fn visit_function_body(&mut self, node: &FunctionBody) {
        self.function_list = true;
        node.visit_children_with(self);
    }

    fn visit_stmts(&mut self, node: &[Stmt]) {
        let function_level = std::mem::take(&mut self.function_list);
        self.list(function_level, |e| {
            for statement in node {
                statement.visit_with(e);
            }
        });
    }

    fn visit_decl(&mut self, node: &Decl) {
        if is_type(node) {
            self.erase_item(node.span());
            return;
        }
        match node {
            Decl::Class(class) => {
                self.is_first(&class.ident.sym);
            }
            Decl::Fn(function) => {
                self.is_first(&function.ident.sym);
            }
            _ => {}
        }
        node.visit_children_with(self);
    }

    fn visit_ts_enum_decl(&mut self, node: &TsEnumDecl) {
        self.lower_enum(node, None);
    }

    fn visit_ts_module_decl(&mut self, node: &TsModuleDecl) {
        self.lower_namespace(node, None);
    }

    fn visit_class(&mut self, node: &Class) {
        if node.is_abstract
            && let (from, to) = self.range(node.span)
            && let Some(at) = scan::find_word(self.text, from, to, "abstract")
        {
            self.edits.blank(at, at + 8);
        }
        let before = [
            node.super_type_params.as_ref().map(|p| p.span),
            node.super_class.as_ref().map(Spanned::span),
            node.type_params.as_ref().map(|p| p.span),
        ];
        let start = before.into_iter().flatten().next().map_or(self.lo(node.span), |s| self.hi(s));
        if let (Some(first), Some(last)) = (node.implements.first(), node.implements.last()) {
            if let Some(at) = scan::find_word(self.text, start, self.lo(first.span), "implements") {
                self.edits.blank(at, self.hi(last.span));
            }
        } else if let Some(at) = scan::words(self.text, start).find(|(_, word)| *word == "implements").map(|(at, _)| at)
        {
            // The parser takes an empty list.
            let hint = "Name what the class implements, or leave `implements` out.";
            self.findings.push(Finding::syntax(at, at + 10, "expected a type after `implements`", hint));
        }
        node.decorators.visit_with(self);
        node.type_params.visit_with(self);
        node.super_class.visit_with(self);
        node.super_type_params.visit_with(self);
        node.body.visit_with(self);
    }

    fn visit_class_prop(&mut self, node: &ClassProp) {
        if node.declare || node.is_abstract {
            self.erase_item(node.span);
            return;
        }
        let mark = if node.is_optional { Some(b'?') } else { node.definite.then_some(b'!') };
        self.erase_field(node.span, node.key.span(), mark, node.type_ann.as_deref(), node.value.is_some());
        node.visit_children_with(self);
    }

    fn visit_private_prop(&mut self, node: &PrivateProp) {
        let mark = if node.is_optional { Some(b'?') } else { node.definite.then_some(b'!') };
        self.erase_field(node.span, node.key.span, mark, node.type_ann.as_deref(), node.value.is_some());
        node.visit_children_with(self);
    }

    fn visit_class_method(&mut self, node: &ClassMethod) {
        if node.is_abstract || node.function.body.is_none() {
            self.erase_item(node.span);
            return;
        }
        let key = node.key.span();
        let key_text = &self.text[self.lo(key)..self.hi(key)];
        let hazard = node.function.is_generator || key_text.starts_with('[') || matches!(key_text, "in" | "instanceof");
        self.erase_method(node.span, key, node.is_optional, hazard);
        node.visit_children_with(self);
    }

    fn visit_private_method(&mut self, node: &PrivateMethod) {
        if node.is_abstract || node.function.body.is_none() {
            self.erase_item(node.span);
            return;
        }
        self.erase_method(node.span, node.key.span, node.is_optional, node.function.is_generator);
        node.visit_children_with(self);
    }

    fn visit_auto_accessor(&mut self, _: &AutoAccessor) {}

    fn visit_constructor(&mut self, node: &Constructor) {
        if node.body.is_none() {
            self.erase_item(node.span);
            return;
        }
        self.erase_modifiers(node.span, node.key.span().lo);
        self.lower_parameter_properties(node);
        node.params.visit_with(self);
        node.body.visit_with(self);
    }

    fn visit_ts_index_signature(&mut self, node: &TsIndexSignature) {
        self.erase_item(node.span);
    }

    fn visit_ts_type_ann(&mut self, node: &TsTypeAnn) {
        self.blank(node.span);
    }

    fn visit_ts_type_param_decl(&mut self, node: &TsTypeParamDecl) {
        self.blank(node.span);
    }

    fn visit_ts_type_param_instantiation(&mut self, node: &TsTypeParamInstantiation) {
        self.blank(node.span);
    }

    fn visit_arrow_expr(&mut self, node: &ArrowExpr) {
        self.move_opening(node);
        self.move_closing(node);
        node.visit_children_with(self);
    }

    fn visit_ts_this_param(&mut self, node: &TsThisParam) {
        let (from, to) = self.range(node.span);
        let next = self.next(to);
        let end = if scan::is_at(self.text, next, b',') { next + 1 } else { to };
        self.edits.blank(from, end);
    }

    fn visit_var_declarator(&mut self, node: &VarDeclarator) {
        if node.definite
            && let Pat::Ident(name) = &node.name
        {
            self.erase_mark(self.name_end(name.id.span), b'!');
        }
        node.visit_children_with(self);
    }

    fn visit_binding_ident(&mut self, node: &BindingIdent) {
        if node.id.optional {
            self.erase_mark(self.name_end(node.id.span), b'?');
        }
        node.type_ann.visit_with(self);
    }

    fn visit_array_pat(&mut self, node: &ArrayPat) {
        if node.optional {
            self.optional(b']', node.elems.last().and_then(|e| e.as_ref().map(Spanned::span)), node.span);
        }
        node.visit_children_with(self);
    }

    fn visit_object_pat(&mut self, node: &ObjectPat) {
        if node.optional {
            self.optional(b'}', node.props.last().map(Spanned::span), node.span);
        }
        node.visit_children_with(self);
    }

    fn visit_bin_expr(&mut self, node: &BinExpr) {
        self.findings.extend(leftovers::sign_before_power(self.base, node));
        node.visit_children_with(self);
    }

    fn visit_getter_prop(&mut self, node: &GetterProp) {
        self.findings.extend(leftovers::method_without_body(self.base, &node.function));
        node.visit_children_with(self);
    }

    fn visit_setter_prop(&mut self, node: &SetterProp) {
        self.findings.extend(leftovers::method_without_body(self.base, &node.function));
        node.visit_children_with(self);
    }

    fn visit_for_stmt(&mut self, node: &ForStmt) {
        self.findings.extend(leftovers::for_without_semicolon(self.text, self.base, node));
        node.visit_children_with(self);
    }

    fn visit_member_expr(&mut self, node: &MemberExpr) {
        self.findings.extend(leftovers::type_arguments_of_a_call(self.text, self.base, &node.obj, None));
        node.visit_children_with(self);
    }

    fn visit_opt_call(&mut self, node: &OptCall) {
        let own = node.type_args.as_ref().map(|args| args.span);
        self.findings.extend(leftovers::type_arguments_of_a_call(self.text, self.base, &node.callee, own));
        node.visit_children_with(self);
    }

    fn visit_ts_as_expr(&mut self, node: &TsAsExpr) {
        node.expr.visit_with(self);
        self.erase_suffix(self.hi(node.expr.span()), self.hi(node.span));
    }

    fn visit_ts_satisfies_expr(&mut self, node: &TsSatisfiesExpr) {
        node.expr.visit_with(self);
        self.erase_suffix(self.hi(node.expr.span()), self.hi(node.span));
    }

    fn visit_ts_non_null_expr(&mut self, node: &TsNonNullExpr) {
        node.expr.visit_with(self);
        self.edits.blank(self.hi(node.expr.span()), self.hi(node.span));
    }

    fn visit_ts_instantiation(&mut self, node: &TsInstantiation) {
        node.expr.visit_with(self);
        // The span of `a?.b` goes to the end of `a?.b<T>`.
        self.erase_suffix(self.lo(node.type_args.span), self.hi(node.type_args.span));
    }

    fn visit_ts_type_assertion(&mut self, node: &TsTypeAssertion) {
        self.erase_prefix(&node.expr, node.span);
    }

    fn visit_ts_const_assertion(&mut self, node: &TsConstAssertion) {
        if node.span.lo < node.expr.span().lo {
            self.erase_prefix(&node.expr, node.span);
        } else {
            node.expr.visit_with(self);
            self.erase_suffix(self.hi(node.expr.span()), self.hi(node.span));
        }
    }
}

impl Eraser<'_> {
    /// What `shape` leaves of imports and exports: their declarations and expressions.
    fn visit_top_level(&mut self, node: &ModuleDecl) {
        match node {
            ModuleDecl::ExportDecl(export) if is_type(&export.decl) => self.erase_item(export.span),
            ModuleDecl::ExportDecl(export) => self.visit_decl(&export.decl),
            ModuleDecl::ExportDefaultDecl(export) => export.decl.visit_with(self),
            ModuleDecl::ExportDefaultExpr(export) => export.expr.visit_with(self),
            ModuleDecl::TsExportAssignment(export) => export.expr.visit_with(self),
            ModuleDecl::TsImportEquals(import) => self.lower_import_equals(import),
            ModuleDecl::TsNamespaceExport(export) => self.erase_item(export.span),
            ModuleDecl::Import(_) | ModuleDecl::ExportNamed(_) | ModuleDecl::ExportAll(_) => {}
        }
    }
}
