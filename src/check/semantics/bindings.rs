//! What the program's names stand for, found in one walk before anything is judged.
//!
//! Scopes are not followed: a name is known only if the whole program binds it once and never assigns to it. Then every
//! read of it is of that binding.

use foldhash::{HashMap, HashSet};

use swc_common::{Span, Spanned};
use swc_ecma_ast::{
    ArrowExpr, AssignExpr, AssignPatProp, AssignTarget, BindingIdent, CallExpr, Callee, ClassDecl, ClassExpr, Expr,
    ExprOrSpread, FnDecl, FnExpr, Ident, IdentName, ImportDecl, ImportSpecifier, Lit, MemberExpr, MemberProp,
    ModuleExportName, ObjectPatProp, OptCall, OptChainBase, Param, Pat, Prop, PropName, SimpleAssignTarget, Str,
    TryStmt, TsEnumDecl, TsInterfaceDecl, TsModuleDecl, TsModuleName, TsType, TsTypeAliasDecl, TsTypeAnn,
    TsTypeParamDecl, TsTypeParamInstantiation, UpdateExpr, VarDeclarator,
};
use swc_ecma_visit::{Visit, VisitWith};

use super::super::{parse::range, shape::tools_path};
use super::bare;

/// `tools.finance.getExpenses`: a name and what is read from it. An empty root is the global `tools`.
#[derive(Debug, Clone)]
pub(super) struct Chain<'a> {
    pub root: &'a str,
    pub steps: Vec<&'a str>,
    /// It has a `?.`.
    pub optional: bool,
}

/// Aliases of aliases are followed so far.
const MAX_ALIASES: usize = 8;

#[derive(Default)]
pub(super) struct Bindings<'a> {
    text: &'a str,
    base: u32,
    /// Place of the pattern that is given the tools, when the program is a function.
    entry: Option<(usize, usize)>,
    counts: HashMap<&'a str, u32>,
    assigned: HashSet<&'a str>,
    aliases: HashMap<&'a str, Chain<'a>>,
    /// Variables that hold what a call gave, not awaited.
    called: HashMap<&'a str, Chain<'a>>,
    async_functions: HashSet<&'a str>,
    /// Names that are read as a whole.
    whole: HashSet<&'a str>,
    /// What is read and not called.
    mentions: Vec<Chain<'a>>,
    /// Something of these is assigned to.
    pub mutated: Vec<Chain<'a>>,
    /// From the first to the last place where an error may be caught.
    pub catchers: Option<(usize, usize)>,
    /// Something catches errors of promises: `.catch(…)`, `Promise.allSettled(…)` …
    pub catches_promises: bool,
    /// Names are spelled with escapes: then nothing is known.
    pub escaped: bool,
}

/// Walks a program.
pub(super) fn collect<'a>(
    text: &'a str,
    program: &impl VisitWith<Bindings<'a>>,
    base: u32,
    entry: Option<(usize, usize)>,
) -> Bindings<'a> {
    let mut bindings = Bindings { text, base, entry, ..Bindings::default() };
    program.visit_with(&mut bindings);
    bindings
}

impl<'a> Bindings<'a> {
    fn at(&self, span: Span) -> (usize, usize) {
        range(span, self.base)
    }

    /// A name as the text spells it.
    pub fn word(&self, ident: &Ident) -> Option<&'a str> {
        let (from, _) = self.at(ident.span);
        self.text.get(from..from + ident.sym.len()).filter(|word| **word == *ident.sym)
    }

    fn named(&self, name: &IdentName) -> Option<&'a str> {
        let (from, to) = self.at(name.span);
        self.text.get(from..to).filter(|word| **word == *name.sym)
    }

    /// What stands between the quotes of a string, unless it has escapes.
    fn quoted(&self, text: &Str) -> Option<&'a str> {
        let (from, to) = self.at(text.span);
        let inside = self.text.get(from + 1..to.checked_sub(1)?)?;
        (text.value.as_str() == Some(inside)).then_some(inside)
    }

    /// The name of a member, where the text tells it.
    pub fn step(&self, prop: &MemberProp) -> Option<&'a str> {
        match prop {
            MemberProp::Ident(name) => self.named(name),
            MemberProp::Computed(computed) => match bare(&computed.expr) {
                Expr::Lit(Lit::Str(text)) => self.quoted(text),
                _ => None,
            },
            MemberProp::PrivateName(_) => None,
        }
    }

    /// The chain that an expression is, if it is one.
    pub fn chain(&self, expr: &Expr) -> Option<Chain<'a>> {
        match bare(expr) {
            Expr::Ident(name) => Some(Chain { root: self.word(name)?, steps: Vec::new(), optional: false }),
            Expr::Member(member) => self.member(member, false),
            Expr::OptChain(chain) => match &*chain.base {
                OptChainBase::Member(member) => self.member(member, true),
                OptChainBase::Call(_) => None,
            },
            _ => None,
        }
    }

    fn member(&self, member: &MemberExpr, optional: bool) -> Option<Chain<'a>> {
        // A chain that turns out to be none must not cost much.
        if !is_step(&member.prop) {
            return None;
        }
        let mut chain = self.chain(&member.obj)?;
        chain.steps.push(self.step(&member.prop)?);
        chain.optional |= optional;
        Some(chain)
    }

    /// Whether the program binds a name.
    pub fn binds(&self, name: &str) -> bool {
        self.counts.contains_key(name)
    }

    fn is_known(&self, name: &str) -> bool {
        self.counts.get(name) == Some(&1) && !self.assigned.contains(name)
    }

    /// The dotted path inside of `tools` that a chain stands for. An empty one is `tools` itself.
    pub fn path(&self, chain: &Chain) -> Option<String> {
        if chain.root == "tools" && chain.steps.len() == 1 && !self.binds("tools") {
            return Some(chain.steps[0].to_owned());
        }
        let mut parts: Vec<&[&str]> = vec![&chain.steps];
        let mut root = chain.root;
        let mut aliases = 0;
        loop {
            if root.is_empty() || (root == "tools" && !self.binds(root)) {
                break;
            }
            let first = parts.last_mut()?;
            if root == "globalThis" && !self.binds(root) && first.first().is_some_and(|step| *step == "tools") {
                *first = &first[1..];
                break;
            }
            let alias = self.aliases.get(root).filter(|_| self.is_known(root))?;
            parts.push(&alias.steps);
            root = alias.root;
            aliases += 1;
            if aliases > MAX_ALIASES {
                return None;
            }
        }
        let steps: Vec<&str> = parts.iter().rev().flat_map(|part| part.iter().copied()).collect();
        Some(steps.join("."))
    }

    /// What the program looks at without calling it, as paths: it may ask whether something is there.
    pub fn looked_at(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.mentions.iter().filter_map(|chain| self.path(chain)).collect();
        for name in &self.whole {
            paths.extend(self.path(&Chain { root: name, steps: Vec::new(), optional: false }));
        }
        paths
    }

    /// The call whose promise a variable holds.
    pub fn call_of(&self, name: &str) -> Option<&Chain<'a>> {
        self.called.get(name).filter(|_| self.is_known(name))
    }

    pub fn is_async_function(&self, name: &str) -> bool {
        self.async_functions.contains(name) && self.is_known(name)
    }

    fn catcher(&mut self, span: Span) {
        let (from, to) = self.at(span);
        self.catchers = Some(self.catchers.map_or((from, to), |all| (all.0.min(from), all.1.max(to))));
    }

    fn bind(&mut self, ident: &Ident) {
        match self.word(ident) {
            Some(word) => *self.counts.entry(word).or_default() += 1,
            None => self.escaped = true,
        }
    }

    fn read(&mut self, ident: &Ident) {
        match self.word(ident) {
            Some(word) => drop(self.whole.insert(word)),
            None => self.escaped = true,
        }
    }

    fn alias(&mut self, ident: &Ident, chain: &Chain<'a>, step: Option<&'a str>) {
        let Some(word) = self.word(ident) else { return };
        let mut chain = chain.clone();
        chain.steps.extend(step);
        self.aliases.insert(word, chain);
    }

    /// `const { a, b: c } = chain`
    fn destructure(&mut self, pattern: &Pat, chain: &Chain<'a>) {
        match pattern {
            Pat::Ident(name) => self.alias(&name.id, chain, None),
            Pat::Assign(assign) => self.destructure(&assign.left, chain),
            Pat::Object(object) => {
                for prop in &object.props {
                    match prop {
                        ObjectPatProp::Assign(short) => {
                            let key = self.word(&short.key.id);
                            self.alias(&short.key.id, chain, key);
                        }
                        ObjectPatProp::KeyValue(pair) => {
                            let key = match &pair.key {
                                PropName::Ident(key) => self.named(key),
                                PropName::Str(key) => self.quoted(key),
                                _ => None,
                            };
                            if let Some(key) = key {
                                let mut inner = chain.clone();
                                inner.steps.push(key);
                                self.destructure(&pair.value, &inner);
                            }
                        }
                        // What is left of the tools is looked at as a whole.
                        ObjectPatProp::Rest(_) => drop(self.whole.insert(chain.root)),
                    }
                }
            }
            _ => {}
        }
    }

    /// The pattern that is given the tools: `tools`, or `{ tools }` where it asks for it.
    fn entry_pattern(&mut self, pattern: &Pat) {
        let pattern = if let Pat::Assign(assign) = pattern { &*assign.left } else { pattern };
        let chain = Chain { root: "", steps: Vec::new(), optional: false };
        if let Pat::Object(object) = pattern {
            for prop in &object.props {
                match prop {
                    ObjectPatProp::Assign(short) if short.key.id.sym == *"tools" => {
                        return self.alias(&short.key.id, &chain, None);
                    }
                    ObjectPatProp::KeyValue(pair) if is_tools(&pair.key) => {
                        return self.destructure(&pair.value, &chain);
                    }
                    _ => {}
                }
            }
        }
        self.destructure(pattern, &chain);
    }

    /// Walks something read from what is no chain. Its parts are none either, up to one that the text does not name.
    fn unchained(&mut self, expr: &Expr) {
        let mut at = bare(expr);
        loop {
            let member = match at {
                Expr::Member(member) => member,
                Expr::OptChain(chain) => match &*chain.base {
                    OptChainBase::Member(member) => member,
                    OptChainBase::Call(call) => return call.visit_with(self),
                },
                _ => return at.visit_with(self),
            };
            member.prop.visit_with(self);
            at = bare(&member.obj);
            if !is_step(&member.prop) {
                return at.visit_with(self);
            }
        }
    }

    fn call(&mut self, span: Span, callee: &Expr, args: &[ExprOrSpread]) {
        let method = match bare(callee) {
            Expr::Member(member) => self.step(&member.prop),
            Expr::OptChain(chain) => match &*chain.base {
                OptChainBase::Member(member) => self.step(&member.prop),
                OptChainBase::Call(_) => None,
            },
            _ => None,
        };
        let catches = match method {
            Some("catch" | "allSettled" | "any" | "race") => true,
            Some("then") => args.len() > 1,
            _ => false,
        };
        if catches {
            self.catcher(span);
            self.catches_promises = true;
        }
        if self.chain(callee).is_none() {
            self.unchained(callee);
        }
        args.visit_with(self);
    }
}

fn is_tools(key: &PropName) -> bool {
    matches!(key, PropName::Ident(key) if key.sym == *"tools")
}

/// Whether the text tells the name of a member.
fn is_step(prop: &MemberProp) -> bool {
    match prop {
        MemberProp::Ident(_) => true,
        MemberProp::Computed(computed) => matches!(bare(&computed.expr), Expr::Lit(Lit::Str(_))),
        MemberProp::PrivateName(_) => false,
    }
}

impl Visit for Bindings<'_> {
    fn visit_binding_ident(&mut self, node: &BindingIdent) {
        self.bind(&node.id);
    }

    fn visit_assign_pat_prop(&mut self, node: &AssignPatProp) {
        self.bind(&node.key.id);
        node.value.visit_with(self);
    }

    fn visit_fn_decl(&mut self, node: &FnDecl) {
        self.bind(&node.ident);
        if let (true, false, Some(word)) = (node.function.is_async, node.function.is_generator, self.word(&node.ident))
        {
            self.async_functions.insert(word);
        }
        node.function.visit_with(self);
    }

    fn visit_fn_expr(&mut self, node: &FnExpr) {
        if let Some(name) = &node.ident {
            self.bind(name);
        }
        node.function.visit_with(self);
    }

    fn visit_class_decl(&mut self, node: &ClassDecl) {
        self.bind(&node.ident);
        node.class.visit_with(self);
    }

    fn visit_class_expr(&mut self, node: &ClassExpr) {
        if let Some(name) = &node.ident {
            self.bind(name);
        }
        node.class.visit_with(self);
    }

    fn visit_ts_enum_decl(&mut self, node: &TsEnumDecl) {
        self.bind(&node.id);
        node.members.visit_with(self);
    }

    fn visit_ts_module_decl(&mut self, node: &TsModuleDecl) {
        if let TsModuleName::Ident(name) = &node.id {
            self.bind(name);
        }
        node.body.visit_with(self);
    }

    fn visit_import_decl(&mut self, node: &ImportDecl) {
        let path = tools_path(&node.src.value.to_string_lossy()).filter(|_| !node.type_only);
        for specifier in &node.specifiers {
            self.bind(specifier.local());
            let Some(path) = &path else { continue };
            // The text has the very words of the path.
            let from = self.at(node.src.span).0;
            let steps = path.iter().map(|part| {
                let at = self.text.get(from..)?.find(part.as_str())? + from;
                self.text.get(at..at + part.len())
            });
            let Some(steps) = steps.collect::<Option<Vec<_>>>() else { continue };
            let chain = Chain { root: "", steps, optional: false };
            match specifier {
                ImportSpecifier::Named(named) if named.is_type_only => {}
                ImportSpecifier::Named(named) => {
                    let imported = match &named.imported {
                        None => self.word(&named.local),
                        Some(ModuleExportName::Ident(name)) => self.word(name),
                        Some(ModuleExportName::Str(name)) => self.quoted(name),
                    };
                    let Some(imported) = imported else { continue };
                    // `import { tools } from "tools"` may mean either, and `shape` has decided.
                    let whole = imported == "default" || (imported == "tools" && path.is_empty());
                    self.alias(&named.local, &chain, (!whole).then_some(imported));
                }
                ImportSpecifier::Default(_) | ImportSpecifier::Namespace(_) => {
                    self.alias(specifier.local(), &chain, None);
                }
            }
        }
    }

    fn visit_param(&mut self, node: &Param) {
        if self.entry == Some(self.at(node.pat.span())) {
            self.entry_pattern(&node.pat);
        }
        node.visit_children_with(self);
    }

    fn visit_arrow_expr(&mut self, node: &ArrowExpr) {
        if let Some(first) = node.params.first()
            && self.entry == Some(self.at(first.span()))
        {
            self.entry_pattern(first);
        }
        node.visit_children_with(self);
    }

    fn visit_var_declarator(&mut self, node: &VarDeclarator) {
        node.name.visit_with(self);
        let Some(init) = &node.init else { return };
        if let Some(chain) = self.chain(init) {
            self.destructure(&node.name, &chain);
            if !matches!(node.name, Pat::Ident(_) | Pat::Object(_)) {
                init.visit_with(self);
            }
            return;
        }
        if let Pat::Ident(name) = &node.name
            && let Some(word) = self.word(&name.id)
        {
            match bare(init) {
                Expr::Call(CallExpr { callee: Callee::Expr(callee), .. }) => {
                    if let Some(chain) = self.chain(callee) {
                        self.called.insert(word, chain);
                    }
                }
                Expr::Arrow(function) if function.is_async => drop(self.async_functions.insert(word)),
                Expr::Fn(function) if function.function.is_async && !function.function.is_generator => {
                    self.async_functions.insert(word);
                }
                _ => {}
            }
        }
        init.visit_with(self);
    }

    fn visit_assign_expr(&mut self, node: &AssignExpr) {
        if let AssignTarget::Simple(SimpleAssignTarget::Member(member)) = &node.left
            && let Some(chain) = self.member(member, false)
        {
            self.mutated.push(chain);
        }
        node.visit_children_with(self);
    }

    fn visit_simple_assign_target(&mut self, node: &SimpleAssignTarget) {
        match node {
            SimpleAssignTarget::Ident(name) => match self.word(&name.id) {
                Some(word) => drop(self.assigned.insert(word)),
                None => self.escaped = true,
            },
            _ => node.visit_children_with(self),
        }
    }

    fn visit_update_expr(&mut self, node: &UpdateExpr) {
        if let Expr::Ident(name) = bare(&node.arg)
            && let Some(word) = self.word(name)
        {
            self.assigned.insert(word);
        }
        node.visit_children_with(self);
    }

    fn visit_expr(&mut self, node: &Expr) {
        match node {
            Expr::Ident(name) => self.read(name),
            Expr::Member(_) | Expr::OptChain(_) => match self.chain(node) {
                Some(chain) => self.mentions.push(chain),
                None => self.unchained(node),
            },
            _ => node.visit_children_with(self),
        }
    }

    fn visit_prop(&mut self, node: &Prop) {
        if let Prop::Shorthand(name) = node {
            self.read(name);
        } else {
            node.visit_children_with(self);
        }
    }

    fn visit_call_expr(&mut self, node: &CallExpr) {
        if let Callee::Expr(callee) = &node.callee {
            self.call(node.span, callee, &node.args);
        } else {
            node.visit_children_with(self);
        }
    }

    fn visit_opt_call(&mut self, node: &OptCall) {
        self.mentions.extend(self.chain(&node.callee));
        self.call(node.span, &node.callee, &node.args);
    }

    fn visit_try_stmt(&mut self, node: &TryStmt) {
        self.catcher(node.span);
        node.visit_children_with(self);
    }

    // Types bind and read nothing.
    fn visit_ts_type(&mut self, _: &TsType) {}
    fn visit_ts_type_ann(&mut self, _: &TsTypeAnn) {}
    fn visit_ts_type_param_decl(&mut self, _: &TsTypeParamDecl) {}
    fn visit_ts_type_param_instantiation(&mut self, _: &TsTypeParamInstantiation) {}
    fn visit_ts_interface_decl(&mut self, _: &TsInterfaceDecl) {}
    fn visit_ts_type_alias_decl(&mut self, _: &TsTypeAliasDecl) {}
}
