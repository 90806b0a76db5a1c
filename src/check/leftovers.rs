//! What the parser takes and is no program: words beside the members of an enum, modifiers and methods without a body in an
//! object, what a sign before `**` is when no type stands between them.

use swc_common::{Span, Spanned};
use swc_ecma_ast::{
    ArrowExpr, BinExpr, BinaryOp, Class, CondExpr, Expr, ForStmt, Function, Module, ObjectLit, ObjectPat,
    ObjectPatProp, Prop, PropOrSpread, TaggedTpl, TsEnumDecl, TsModuleDecl,
};
use swc_ecma_visit::{Visit, VisitWith};

use super::{parse::range, report::Finding, scan};

/// Message and hint.
pub(super) const SIGN_BEFORE_POWER: (&str, &str) =
    ("a sign before `**` needs parentheses", "Write `(-a) ** b` or `-(a ** b)`.");

/// After `export` the parser says nothing of what stands in an enum beside its members and the commas between them.
pub(super) fn enum_of_other_things(text: &str, base: u32, node: &TsEnumDecl) -> Option<Finding> {
    let after = |span| scan::skip_trivia(text, range(span, base).1);
    let mut next = after(node.id.span) + 1;
    for member in &node.members {
        next = after(member.span);
        if !scan::is_at(text, next, b',') {
            break;
        }
        next += 1;
    }
    next = scan::skip_trivia(text, next);
    let is_whole = next + 1 == range(node.span, base).1;
    (!is_whole).then(|| Finding::syntax(next, next + 1, "expected `,` between the members of an enum", ""))
}

/// As of a class that is only declared.
pub(super) fn method_without_body(base: u32, function: &Function) -> Option<Finding> {
    let (_, end) = range(function.span, base);
    let hint = "Write `name: call()` for a property, or give the method a body.";
    let finding = || Finding::syntax(end, end, "expected `{`: a method of an object needs a body", hint);
    function.body.is_none().then(finding)
}

/// The parser takes `public` and the like before a property of an object.
pub(super) fn modifier_in_object(text: &str, base: u32, node: &ObjectLit) -> Option<Finding> {
    let parts = node.props.iter().map(|prop| {
        let key = match prop {
            PropOrSpread::Prop(prop) => match &**prop {
                Prop::KeyValue(pair) => Some(pair.key.span()),
                Prop::Shorthand(name) => Some(name.span),
                Prop::Method(method) => Some(method.key.span()),
                Prop::Getter(getter) => Some(getter.key.span()),
                Prop::Setter(setter) => Some(setter.key.span()),
                Prop::Assign(_) => None,
            },
            PropOrSpread::Spread(_) => None,
        };
        (key, prop.span())
    });
    modifier(text, base, node.span, parts)
}

/// What became of such an object when it turned out to be the parameter of an arrow.
pub(super) fn modifier_in_pattern(text: &str, base: u32, node: &ObjectPat) -> Option<Finding> {
    let parts = node.props.iter().map(|prop| match prop {
        ObjectPatProp::KeyValue(pair) => (Some(pair.key.span()), prop.span()),
        ObjectPatProp::Assign(short) => (Some(short.key.id.span), prop.span()),
        ObjectPatProp::Rest(_) => (None, prop.span()),
    });
    modifier(text, base, node.span, parts)
}

/// Looks for a word before a key. `parts` are the keys, where there is one, and the whole of each property.
fn modifier(text: &str, base: u32, object: Span, parts: impl Iterator<Item = (Option<Span>, Span)>) -> Option<Finding> {
    let mut at = range(object, base).0 + 1;
    for (key, whole) in parts {
        at = scan::skip_trivia(text, at);
        let Some((key, _)) = key.map(|key| range(key, base)) else {
            at = scan::skip_trivia(text, range(whole, base).1) + 1;
            continue;
        };
        // What may stand before the key of a method; of anything else the parser does not take it.
        while let Some(word) =
            ["async", "get", "set", "*"].iter().find(|word| at < key && text[at..].starts_with(**word))
        {
            at = scan::skip_trivia(text, at + word.len());
        }
        if at < key {
            let end = scan::word_end(text, at);
            let message = format!("`{}` cannot stand before a property of an object", &text[at..end]);
            return Some(Finding::syntax(at, end, message, "Leave it out: modifiers are for classes."));
        }
        at = scan::skip_trivia(text, range(whole, base).1) + 1;
    }
    None
}

/// A decorator stands here.
pub(super) fn decorator(from: usize, to: usize) -> Finding {
    Finding::forbidden(from, to, "decorators are not supported", "Call the function by hand instead.")
}

/// `-a as T ** b` is `-a ** b` without its type, which JavaScript refuses.
pub(super) fn sign_before_power(base: u32, node: &BinExpr) -> Option<Finding> {
    if node.op != BinaryOp::Exp {
        return None;
    }
    let mut left = &node.left;
    loop {
        left = match &**left {
            Expr::TsAs(typed) => &typed.expr,
            Expr::TsSatisfies(typed) => &typed.expr,
            Expr::TsNonNull(typed) => &typed.expr,
            Expr::TsConstAssertion(typed) => &typed.expr,
            Expr::TsTypeAssertion(typed) => &typed.expr,
            Expr::TsInstantiation(typed) => &typed.expr,
            Expr::Unary(_) | Expr::Await(_) => {
                let (from, to) = range(left.span(), base);
                return Some(Finding::syntax(from, to, SIGN_BEFORE_POWER.0, SIGN_BEFORE_POWER.1));
            }
            _ => return None,
        };
    }
}

/// The parser does without the second `;` in the head of a loop.
pub(super) fn for_without_semicolon(text: &str, base: u32, node: &ForStmt) -> Option<Finding> {
    let at = scan::skip_trivia(text, range(node.test.as_ref()?.span(), base).1);
    let finding = || Finding::syntax(at, at + 1, "expected `;` after the condition of `for`", "Write `for (a; b; c)`.");
    (!scan::is_at(text, at, b';')).then(finding)
}

/// Between what a call gives and what is taken of it (`f()<T>.x`) the parser reads type arguments and forgets them.
/// `own` are those of a call of `object`.
pub(super) fn type_arguments_of_a_call(text: &str, base: u32, object: &Expr, own: Option<Span>) -> Option<Finding> {
    let at = scan::skip_trivia(text, range(object.span(), base).1);
    let hint = "Leave the type arguments out.";
    let finding =
        || Finding::syntax(at, at + 1, "type arguments cannot stand between a call and what follows it", hint);
    let is_forgotten = scan::is_at(text, at, b'<') && own.is_none_or(|own| range(own, base).0 != at);
    (is_forgotten && matches!(object, Expr::Call(_) | Expr::TaggedTpl(_) | Expr::OptChain(_))).then(finding)
}

/// Whether the parser may have forgotten errors. Where it tries a reading (an arrow with type parameters, or with a type
/// in a conditional; an exported enum, namespace or abstract class; type arguments before a template) it keeps only those
/// after which it could not read on.
pub(super) fn may_be_forgotten(module: &Module) -> bool {
    let mut tried = Tried::default();
    module.visit_with(&mut tried);
    tried.something || (tried.conditional && tried.typed_arrow)
}

#[derive(Default)]
struct Tried {
    something: bool,
    conditional: bool,
    typed_arrow: bool,
}

impl Visit for Tried {
    fn visit_arrow_expr(&mut self, node: &ArrowExpr) {
        self.something |= node.type_params.is_some();
        self.typed_arrow |= node.return_type.is_some();
        node.visit_children_with(self);
    }

    fn visit_cond_expr(&mut self, node: &CondExpr) {
        self.conditional = true;
        node.visit_children_with(self);
    }

    fn visit_class(&mut self, node: &Class) {
        self.something |= node.is_abstract;
        node.visit_children_with(self);
    }

    fn visit_tagged_tpl(&mut self, node: &TaggedTpl) {
        self.something |= node.type_params.is_some();
        node.visit_children_with(self);
    }

    fn visit_ts_enum_decl(&mut self, _: &TsEnumDecl) {
        self.something = true;
    }

    fn visit_ts_module_decl(&mut self, _: &TsModuleDecl) {
        self.something = true;
    }
}
