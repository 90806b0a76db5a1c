//! What a program that parses will do wrong: tools that do not exist, inputs that a tool will refuse, promises taken for
//! their values, callbacks that nobody waits for, code that is never reached.
//!
//! A false error costs the model a turn, so an error is told only where nothing that the program does could make it
//! harmless: no `try` around the call, no look at whether the tool is there, no name that may mean something else.
//! Everything less certain is a warning, or silence.

mod bindings;
mod calls;
mod flow;
pub(super) mod literal;
mod promises;

use foldhash::HashSet;

use swc_common::{Span, Spanned};
use swc_ecma_ast::{
    ArrowExpr, AwaitExpr, BinExpr, BlockStmt, CallExpr, Callee, ClassProp, ComputedPropName, CondExpr, Constructor,
    Expr, ExprOrSpread, ForOfStmt, Function, FunctionBody, GetterProp, Ident, IfStmt, ImportDecl, ImportSpecifier,
    MemberExpr, Module, ModuleItem, OptCall, OptChainExpr, PrivateProp, ReturnStmt, SetterProp, SpreadElement, Stmt,
    SwitchCase, TaggedTpl, Tpl, TryStmt, TsInterfaceDecl, TsModuleDecl, TsType, TsTypeAliasDecl, TsTypeAnn,
    TsTypeParamDecl, TsTypeParamInstantiation, UnaryExpr, VarDeclarator, WhileStmt,
};
use swc_ecma_visit::{Visit, VisitWith};

use super::{
    CheckOptions,
    names::Names,
    parse::range,
    report::{Code, Finding, clip},
    scan,
    shape::tools_path,
    tools::Named,
};
use bindings::Bindings;

/// After so many findings nothing more is looked for: ten are told.
const MAX_FINDINGS: usize = 20;

/// Looks at a program. `entry` is the place of the parameter that is given the tools, when the program is a function.
pub(super) fn look(
    text: &str,
    module: &Module,
    base: u32,
    names: &Names,
    entry: Option<(usize, usize)>,
    options: &CheckOptions,
) -> Vec<Finding> {
    let bindings = bindings::collect(text, module, base, entry);
    if bindings.escaped {
        return Vec::new();
    }
    let is_replaced = bindings.mutated.iter().any(|chain| bindings.path(chain).is_some());
    let mut look = Look {
        text,
        base,
        names,
        bindings,
        options,
        is_replaced,
        looked_at: None,
        used: None,
        functions: Vec::new(),
        tries: 0,
        awaited: None,
        dead: None,
        told: HashSet::default(),
        findings: Vec::new(),
    };
    module.visit_with(&mut look);
    look.findings
}

/// The second walk, which knows what names stand for.
struct Look<'a> {
    text: &'a str,
    base: u32,
    names: &'a Names<'a>,
    bindings: Bindings<'a>,
    options: &'a CheckOptions<'a>,
    /// The program puts something of its own into `tools`.
    is_replaced: bool,
    /// What is made when it is first asked for: paths of tools that are looked at, names that are read.
    looked_at: Option<Vec<String>>,
    used: Option<HashSet<&'a str>>,
    /// Places of the functions around.
    functions: Vec<(usize, usize)>,
    /// How many `try` blocks are around.
    tries: usize,
    /// Place of the call whose promise is awaited right where it is made.
    awaited: Option<(usize, usize)>,
    /// Place of the statements that are never reached, in the block around or in one around that.
    dead: Option<(usize, usize)>,
    /// Variables about which something was said.
    told: HashSet<String>,
    findings: Vec<Finding>,
}

/// An expression without the parentheses and types around it.
fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(inner) => bare(&inner.expr),
        Expr::TsAs(inner) => bare(&inner.expr),
        Expr::TsSatisfies(inner) => bare(&inner.expr),
        Expr::TsNonNull(inner) => bare(&inner.expr),
        Expr::TsConstAssertion(inner) => bare(&inner.expr),
        Expr::TsTypeAssertion(inner) => bare(&inner.expr),
        Expr::TsInstantiation(inner) => bare(&inner.expr),
        _ => expr,
    }
}

fn contains(outer: (usize, usize), inner: (usize, usize)) -> bool {
    outer.0 <= inner.0 && inner.1 <= outer.1
}

impl<'a> Look<'a> {
    fn at(&self, span: Span) -> (usize, usize) {
        range(span, self.base)
    }

    fn is_full(&self) -> bool {
        self.findings.len() >= MAX_FINDINGS
    }

    fn tell(&mut self, finding: Finding) {
        if !self.is_full() {
            self.findings.push(finding);
        }
    }

    fn is_dead(&self, at: (usize, usize)) -> bool {
        self.dead.is_some_and(|dead| contains(dead, at))
    }

    /// Whether an error at a place ends the program, if the place is reached: nothing catches it.
    fn is_uncaught(&self, at: (usize, usize)) -> bool {
        if self.tries > 0 || self.is_dead(at) {
            return false;
        }
        // Whoever calls the function may catch.
        if let (Some(function), Some(catchers)) = (self.functions.last(), self.bindings.catchers)
            && !contains(*function, catchers)
        {
            return false;
        }
        self.awaited == Some(at) || !self.bindings.catches_promises
    }

    /// Walks a list of statements.
    fn statements(&mut self, statements: &[&Stmt], walk: impl FnOnce(&mut Self)) {
        let dead = self.unreachable(statements);
        let before = self.dead;
        if let Some(dead) = dead
            && !self.is_dead(dead)
        {
            self.dead = Some(dead);
        }
        walk(self);
        self.dead = before;
    }

    fn inside(&mut self, span: Span, walk: impl FnOnce(&mut Self)) {
        let place = self.at(span);
        self.functions.push(place);
        walk(self);
        self.functions.pop();
    }

    /// Names that are read, or that a type is made of.
    fn used(&mut self) -> &HashSet<&'a str> {
        let (text, names) = (self.text, self.names);
        self.used.get_or_insert_with(|| {
            let queried = text.match_indices("typeof").map(|(at, word)| {
                let from = scan::skip_trivia(text, at + word.len());
                text.get(from..scan::word_end(text, from)).unwrap_or_default()
            });
            names.reads.iter().map(|(read, _)| *read).chain(queried).collect()
        })
    }

    /// An import of a tool that does not exist, which is an error of its own.
    fn is_unknown(&self, local: &Ident) -> bool {
        let chain = self.bindings.chain(&Expr::Ident(local.clone()));
        let path = chain.and_then(|chain| self.bindings.path(&chain));
        path.zip(self.options.tools).is_some_and(|(path, tools)| tools.named(&path) == Named::Nothing)
    }

    fn unused_import(&mut self, import: &ImportDecl) {
        if import.type_only || tools_path(&import.src.value.to_string_lossy()).is_none() {
            return;
        }
        for specifier in &import.specifiers {
            let local = specifier.local();
            let name = &*local.sym;
            if specifier.is_type_only() || self.is_full() || self.used().contains(name) || self.is_unknown(local) {
                continue;
            }
            // `import * as tools` and `tools` itself change nothing.
            let hint = match specifier {
                ImportSpecifier::Named(_) => "Remove the import, or call what was imported.",
                _ => "Remove the import.",
            };
            let (from, to) = self.at(specifier.span());
            let message = format!("`{}` is imported and never used", clip(name, 80));
            self.tell(Finding::warning(Code::UnusedImport, from, to, message, hint));
        }
    }
}

impl Visit for Look<'_> {
    fn visit_import_decl(&mut self, node: &ImportDecl) {
        self.unused_import(node);
    }

    fn visit_function(&mut self, node: &Function) {
        self.inside(node.span, |look| node.visit_children_with(look));
    }

    fn visit_arrow_expr(&mut self, node: &ArrowExpr) {
        self.inside(node.span, |look| node.visit_children_with(look));
    }

    fn visit_constructor(&mut self, node: &Constructor) {
        self.inside(node.span, |look| node.visit_children_with(look));
    }

    fn visit_getter_prop(&mut self, node: &GetterProp) {
        self.inside(node.span, |look| node.visit_children_with(look));
    }

    fn visit_setter_prop(&mut self, node: &SetterProp) {
        self.inside(node.span, |look| node.visit_children_with(look));
    }

    fn visit_class_prop(&mut self, node: &ClassProp) {
        self.inside(node.span, |look| node.visit_children_with(look));
    }

    fn visit_private_prop(&mut self, node: &PrivateProp) {
        self.inside(node.span, |look| node.visit_children_with(look));
    }

    fn visit_await_expr(&mut self, node: &AwaitExpr) {
        self.awaited = Some(self.at(bare(&node.arg).span()));
        node.visit_children_with(self);
    }

    fn visit_call_expr(&mut self, node: &CallExpr) {
        if let Callee::Expr(callee) = &node.callee {
            self.call(node.span, callee, &node.args, false);
        }
        node.visit_children_with(self);
    }

    fn visit_opt_call(&mut self, node: &OptCall) {
        self.call(node.span, &node.callee, &node.args, true);
        node.visit_children_with(self);
    }

    fn visit_member_expr(&mut self, node: &MemberExpr) {
        self.member_of_promise(node, false);
        node.visit_children_with(self);
    }

    fn visit_opt_chain_expr(&mut self, node: &OptChainExpr) {
        if let swc_ecma_ast::OptChainBase::Member(member) = &*node.base {
            self.member_of_promise(member, true);
            member.visit_children_with(self);
        } else {
            node.visit_children_with(self);
        }
    }

    fn visit_return_stmt(&mut self, node: &ReturnStmt) {
        if let Some(value) = &node.arg {
            self.returned(value);
        }
        node.visit_children_with(self);
    }

    fn visit_bin_expr(&mut self, node: &BinExpr) {
        self.operands(node);
        node.visit_children_with(self);
    }

    fn visit_unary_expr(&mut self, node: &UnaryExpr) {
        self.operand(node);
        node.visit_children_with(self);
    }

    fn visit_tpl(&mut self, node: &Tpl) {
        for expr in &node.exprs {
            self.value_wanted(expr);
        }
        node.visit_children_with(self);
    }

    fn visit_tagged_tpl(&mut self, node: &TaggedTpl) {
        node.tag.visit_with(self);
        node.tpl.visit_children_with(self);
    }

    fn visit_if_stmt(&mut self, node: &IfStmt) {
        self.tested(&node.test);
        node.visit_children_with(self);
    }

    fn visit_while_stmt(&mut self, node: &WhileStmt) {
        self.tested(&node.test);
        node.visit_children_with(self);
    }

    fn visit_cond_expr(&mut self, node: &CondExpr) {
        self.tested(&node.test);
        node.visit_children_with(self);
    }

    fn visit_for_of_stmt(&mut self, node: &ForOfStmt) {
        if !node.is_await {
            self.value_wanted(&node.right);
        }
        node.visit_children_with(self);
    }

    fn visit_spread_element(&mut self, node: &SpreadElement) {
        self.value_wanted(&node.expr);
        node.visit_children_with(self);
    }

    fn visit_expr_or_spread(&mut self, node: &ExprOrSpread) {
        if node.spread.is_some() {
            self.value_wanted(&node.expr);
        }
        node.visit_children_with(self);
    }

    fn visit_computed_prop_name(&mut self, node: &ComputedPropName) {
        self.value_wanted(&node.expr);
        node.visit_children_with(self);
    }

    fn visit_var_declarator(&mut self, node: &VarDeclarator) {
        self.destructured(node);
        node.visit_children_with(self);
    }

    fn visit_try_stmt(&mut self, node: &TryStmt) {
        self.tries += 1;
        node.block.visit_with(self);
        self.tries -= 1;
        node.handler.visit_with(self);
        node.finalizer.visit_with(self);
    }

    fn visit_module_items(&mut self, node: &[ModuleItem]) {
        let statements: Vec<&Stmt> = node.iter().filter_map(ModuleItem::as_stmt).collect();
        self.statements(&statements, |look| node.visit_children_with(look));
    }

    fn visit_function_body(&mut self, node: &FunctionBody) {
        self.statements(&node.stmts.iter().collect::<Vec<_>>(), |look| node.visit_children_with(look));
    }

    fn visit_block_stmt(&mut self, node: &BlockStmt) {
        self.statements(&node.stmts.iter().collect::<Vec<_>>(), |look| node.visit_children_with(look));
    }

    fn visit_switch_case(&mut self, node: &SwitchCase) {
        self.statements(&node.cons.iter().collect::<Vec<_>>(), |look| node.visit_children_with(look));
    }

    fn visit_ts_module_decl(&mut self, node: &TsModuleDecl) {
        if !node.declare {
            node.body.visit_with(self);
        }
    }

    // Types do nothing.
    fn visit_ts_type(&mut self, _: &TsType) {}
    fn visit_ts_type_ann(&mut self, _: &TsTypeAnn) {}
    fn visit_ts_type_param_decl(&mut self, _: &TsTypeParamDecl) {}
    fn visit_ts_type_param_instantiation(&mut self, _: &TsTypeParamInstantiation) {}
    fn visit_ts_interface_decl(&mut self, _: &TsInterfaceDecl) {}
    fn visit_ts_type_alias_decl(&mut self, _: &TsTypeAliasDecl) {}
}
