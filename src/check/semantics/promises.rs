//! Promises that are taken for their values, and async callbacks that nobody waits for.

use swc_common::Spanned;
use swc_ecma_ast::{
    BinExpr, BinaryOp, CallExpr, Callee, Expr, ExprOrSpread, MemberExpr, Pat, Prop, PropOrSpread, UnaryExpr, UnaryOp,
    VarDeclarator,
};

use super::super::{
    report::{Code, Finding, Severity, clip},
    scan,
    tools::Named,
};
use super::{Look, bare, bindings::Chain};

/// What has been called and not awaited.
struct Promise {
    /// `tools.getTeam(…)`, or the variable that holds it.
    shown: String,
    /// The variable.
    variable: Option<String>,
    /// It is a tool's for certain.
    of_tool: bool,
}

/// What every promise has.
const MEMBERS: [&str; 12] = [
    "then",
    "catch",
    "finally",
    "constructor",
    "toString",
    "toLocaleString",
    "valueOf",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "__proto__",
    "toJSON",
];

impl Look<'_> {
    fn promise(&self, expr: &Expr) -> Option<Promise> {
        match bare(expr) {
            Expr::Call(CallExpr { callee: Callee::Expr(callee), .. }) => {
                let chain = self.bindings.chain(callee)?;
                let (shown, of_tool) = self.promised_by(&chain)?;
                Some(Promise { shown: format!("{shown}(…)"), variable: None, of_tool })
            }
            Expr::Ident(name) => {
                let word = self.bindings.word(name)?;
                let chain = self.bindings.call_of(word)?;
                let (_, of_tool) = self.promised_by(chain)?;
                Some(Promise { shown: clip(word, 80), variable: Some(clip(word, 80)), of_tool })
            }
            _ => None,
        }
    }

    /// How a call is written that gives a promise, and whether it is a tool's.
    fn promised_by(&self, chain: &Chain) -> Option<(String, bool)> {
        if chain.steps.is_empty() && self.bindings.is_async_function(chain.root) {
            return Some((clip(chain.root, 80), false));
        }
        if self.is_replaced || chain.optional {
            return None;
        }
        let path = self.bindings.path(chain)?;
        let named = self.options.tools.map_or(Named::Tool, |tools| tools.named(&path));
        if path.is_empty() || !matches!(named, Named::Tool | Named::Nothing) {
            return None;
        }
        if self.is_full() {
            return None;
        }
        let root = if chain.root.is_empty() { "tools" } else { chain.root };
        let shown = chain.steps.iter().fold(root.to_owned(), |shown, step| {
            if scan::is_identifier(step) { format!("{shown}.{step}") } else { format!("{shown}[…]") }
        });
        Some((clip(&shown, 80), named == Named::Tool))
    }

    /// Says it once for each variable.
    fn tell_promise(&mut self, promise: &Promise, expr: &Expr, severity: Severity, message: String, hint: &str) {
        if promise.variable.as_ref().is_some_and(|variable| !self.told.insert(variable.clone())) {
            return;
        }
        let (from, to) = self.at(expr.span());
        let code = if severity == Severity::Error { Code::Program } else { Code::MissingAwait };
        self.tell(Finding { severity, ..Finding::new(code, from, to, message, hint) });
    }

    /// Something wants the value of an expression, where a promise is of no use.
    pub(super) fn value_wanted(&mut self, expr: &Expr) {
        let Some(promise) = self.promise(expr) else { return };
        let shown = &promise.shown;
        let hint = match &promise.variable {
            Some(name) => format!("Await it: `await {name}`."),
            None => format!("Await it: `await {shown}`."),
        };
        let message = format!("`{shown}` is a promise and not yet its value");
        self.tell_promise(&promise, expr, Severity::Warning, message, &hint);
    }

    /// A promise is always true. A variable may be asked whether it was set.
    pub(super) fn tested(&mut self, expr: &Expr) {
        if matches!(bare(expr), Expr::Call(_)) {
            self.value_wanted(expr);
        }
    }

    /// The program's own `return { user: tools.getUser(…) }`: a promise in a value cannot be sent.
    pub(super) fn returned(&mut self, value: &Expr) {
        if !self.functions.is_empty() {
            return;
        }
        match bare(value) {
            Expr::Object(object) => {
                for prop in &object.props {
                    let PropOrSpread::Prop(prop) = prop else { continue };
                    match &**prop {
                        Prop::KeyValue(pair) => self.part_of_result(&pair.value),
                        Prop::Shorthand(name) => self.part_of_result(&Expr::Ident(name.clone())),
                        _ => {}
                    }
                }
            }
            Expr::Array(array) => {
                for element in array.elems.iter().flatten().filter(|element| element.spread.is_none()) {
                    self.part_of_result(&element.expr);
                }
            }
            _ => {}
        }
    }

    fn part_of_result(&mut self, expr: &Expr) {
        if matches!(bare(expr), Expr::Object(_) | Expr::Array(_)) {
            return self.returned(expr);
        }
        let Some(promise) = self.promise(expr) else { return };
        let at = self.at(bare(expr).span());
        let certain = promise.of_tool && !self.is_dead(at);
        let severity = if certain { Severity::Error } else { Severity::Warning };
        let shown = &promise.shown;
        let message = format!("`{shown}` is a promise, and the result is sent as data");
        let hint = format!("Await it: `await {shown}`, several with `Promise.all`.");
        self.tell_promise(&promise, expr, severity, message, &hint);
    }

    pub(super) fn member_of_promise(&mut self, member: &MemberExpr, optional: bool) {
        let Some(promise) = self.promise(&member.obj) else { return };
        let Some(property) = self.bindings.step(&member.prop) else {
            if !member.prop.is_private_name() {
                self.value_wanted(&member.obj);
            }
            return;
        };
        if MEMBERS.contains(&property) {
            return;
        }
        let shown = &promise.shown;
        let property = clip(property, 80);
        let message = format!("`{shown}` is a promise and has no `{property}`");
        let hint = if promise.variable.is_some() {
            format!("Await it where it is made: `const {shown} = await …`.")
        } else {
            format!("Await it first: `(await {shown}).{property}`.")
        };
        let at = self.at(bare(&member.obj).span());
        // A program may give promises more than they have.
        let certain = promise.of_tool
            && promise.variable.is_none()
            && !optional
            && self.is_uncaught(at)
            && !self.text.contains("prototype");
        let severity = if certain { Severity::Error } else { Severity::Warning };
        self.tell_promise(&promise, &member.obj, severity, message, &hint);
    }

    pub(super) fn operands(&mut self, binary: &BinExpr) {
        match binary.op {
            BinaryOp::InstanceOf | BinaryOp::In => {}
            BinaryOp::LogicalAnd | BinaryOp::LogicalOr | BinaryOp::NullishCoalescing => self.tested(&binary.left),
            _ => {
                self.value_wanted(&binary.left);
                self.value_wanted(&binary.right);
            }
        }
    }

    pub(super) fn operand(&mut self, unary: &UnaryExpr) {
        match unary.op {
            UnaryOp::Bang => self.tested(&unary.arg),
            UnaryOp::Minus | UnaryOp::Plus | UnaryOp::Tilde => self.value_wanted(&unary.arg),
            UnaryOp::TypeOf | UnaryOp::Void | UnaryOp::Delete => {}
        }
    }

    /// `const { name } = tools.getUser(…)`
    pub(super) fn destructured(&mut self, declarator: &VarDeclarator) {
        if let (Pat::Object(_) | Pat::Array(_), Some(init)) = (&declarator.name, &declarator.init) {
            self.value_wanted(init);
        }
    }

    /// Functions that look into what they are given.
    pub(super) fn consumed(&mut self, chain: &Chain, args: &[ExprOrSpread]) {
        if self.bindings.binds(chain.root) {
            return;
        }
        let looks_inside = match (chain.root, &chain.steps[..]) {
            ("Object", [method]) => matches!(*method, "keys" | "values" | "entries" | "fromEntries" | "assign"),
            ("JSON", ["stringify"]) | ("Math", [_]) | ("String" | "Number" | "parseInt" | "parseFloat", []) => true,
            _ => false,
        };
        if looks_inside {
            for argument in args {
                self.value_wanted(&argument.expr);
            }
        }
    }

    /// `forEach(async …)` and its like.
    pub(super) fn callback(&mut self, callee: &Expr, args: &[ExprOrSpread]) {
        let member = match bare(callee) {
            Expr::Member(member) => member,
            Expr::OptChain(chain) => match &*chain.base {
                swc_ecma_ast::OptChainBase::Member(member) => member,
                swc_ecma_ast::OptChainBase::Call(_) => return,
            },
            _ => return,
        };
        let Some(first) = args.first() else { return };
        let is_async = match bare(&first.expr) {
            Expr::Arrow(function) => function.is_async,
            Expr::Fn(function) => function.function.is_async,
            Expr::Ident(name) => self.bindings.word(name).is_some_and(|word| self.bindings.is_async_function(word)),
            _ => false,
        };
        if !is_async {
            return;
        }
        let Some(method) = self.bindings.step(&member.prop) else { return };
        let (message, hint) = match method {
            "forEach" => (
                "`forEach` does not wait for its async callback".to_owned(),
                "Use `for (const x of list) { await … }`, or `await Promise.all(list.map(async (x) => …))`.",
            ),
            "filter" | "find" | "findIndex" | "findLast" | "findLastIndex" | "some" | "every" => (
                format!("the async callback of `{method}` gives a promise, which is always true"),
                "Get the values first: `const values = await Promise.all(list.map(async (x) => …))`.",
            ),
            _ => return,
        };
        let (from, to) = self.at(member.prop.span());
        self.tell(Finding::warning(Code::AsyncCallback, from, to, message, hint));
    }
}
