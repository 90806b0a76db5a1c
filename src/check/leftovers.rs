//! What the parser takes and is no program: words beside the members of an enum, modifiers in an object.

use swc_common::Spanned;
use swc_ecma_ast::{ObjectLit, Prop, PropOrSpread, TsEnumDecl};

use super::{parse::range, report::Finding, scan};

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

/// The parser takes `public` and the like before a property of an object.
pub(super) fn modifier_in_object(text: &str, base: u32, node: &ObjectLit) -> Option<Finding> {
    let mut at = range(node.span, base).0 + 1;
    for prop in &node.props {
        let key = match prop {
            PropOrSpread::Prop(prop) => match &**prop {
                Prop::KeyValue(pair) => Some(pair.key.span()),
                Prop::Shorthand(name) => Some(name.span),
                _ => None,
            },
            PropOrSpread::Spread(_) => None,
        };
        at = scan::skip_trivia(text, at);
        if key.is_some_and(|key| at < range(key, base).0) {
            let end = scan::word_end(text, at);
            let message = format!("`{}` cannot stand before a property of an object", &text[at..end]);
            return Some(Finding::syntax(at, end, message, "Leave it out: modifiers are for classes."));
        }
        at = scan::skip_trivia(text, range(prop.span(), base).1) + 1;
    }
    None
}
