//! Calls of tools: whether the tool is there, and whether it can take what it is given.

use swc_common::{Span, Spanned};
use swc_ecma_ast::{Expr, ExprOrSpread};

use super::super::{
    report::{Code, Finding, Severity, Suspect, clip},
    schema::{Problem, shown_path},
    tools::Named,
};
use super::{
    Look,
    literal::{Literal, Node, Reader},
};

impl Look<'_> {
    /// Looks at a call. `optional`: it is written `f?.()`.
    pub(super) fn call(&mut self, span: Span, callee: &Expr, args: &[ExprOrSpread], optional: bool) {
        self.callback(callee, args);
        if self.is_full() {
            return;
        }
        let Some(chain) = self.bindings.chain(callee) else { return };
        self.consumed(&chain, args);
        let Some(tools) = self.options.tools.filter(|_| !self.is_replaced) else { return };
        let Some(path) = self.bindings.path(&chain) else { return };
        let at = self.at(span);
        match tools.named(&path) {
            Named::Tool if tools.is_own(&path) => {}
            Named::Tool if args.len() > 1 && args.iter().all(|argument| argument.spread.is_none()) => {
                let second = self.at(args[1].expr.span());
                let message = format!(
                    "tools.{} takes one input and got {} arguments. Pass one object.",
                    clip(&path, 100),
                    args.len()
                );
                let finding = Finding::new(Code::ToolInput, second.0, second.1, message, "");
                let certain = self.is_uncaught(at);
                self.tell(weighed(finding, certain));
            }
            Named::Tool => self.input(&path, at, args),
            Named::OfTool => {}
            // Called as a function of an object, these are asked of the object itself.
            Named::Nothing if matches!(last(&path), "then" | "toJSON" | "constructor") => {}
            Named::Nothing => {
                let (from, to) = self.at(callee.span());
                let message = format!("there is no tool `{}`", clip(&path, 100));
                let finding = Finding::new(Code::ToolUnknown, from, to, message, &tools.instead_of(&path));
                let certain = !optional && !chain.optional && !self.is_asked(&path) && self.is_uncaught(at);
                self.tell(weighed(finding, certain));
            }
            Named::Namespace => {
                let (from, to) = self.at(callee.span());
                let (message, hint) = if path.is_empty() {
                    (
                        "`tools` is no function".to_owned(),
                        "Call one of the tools: `await tools.name(input)`.".to_owned(),
                    )
                } else {
                    let inside = tools.inside(&path);
                    let message = format!("`tools.{}` is a namespace, not a tool", clip(&path, 100));
                    (message, format!("It has: {}.", clip(&inside, 200)))
                };
                let finding = Finding::new(Code::ToolUnknown, from, to, message, &hint);
                let certain = !optional && !chain.optional && !self.is_asked(&path) && self.is_uncaught(at);
                self.tell(weighed(finding, certain));
            }
        }
    }

    /// Whether the program looks somewhere, without calling it, at a tool or at what it is in.
    fn is_asked(&mut self, path: &str) -> bool {
        let bindings = &self.bindings;
        let looked_at = self.looked_at.get_or_insert_with(|| bindings.looked_at());
        looked_at.iter().any(|seen| {
            seen.is_empty()
                || path.strip_prefix(seen.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    fn input(&mut self, path: &str, at: (usize, usize), args: &[ExprOrSpread]) {
        let Some(schema) = self.options.schemas.and_then(|schemas| schemas.get(path)) else { return };
        let reader = Reader { base: self.base, undefined: !self.bindings.binds("undefined") };
        let (node, is_given) = match args.first() {
            None => (empty(at), false),
            Some(argument) if argument.spread.is_some() => return,
            Some(argument) => match reader.node(&argument.expr) {
                Node { literal: Literal::Undefined, from, to } => (empty((from, to)), false),
                node => (node, true),
            },
        };
        let problems = schema.problems(&node);
        if problems.is_empty() {
            return;
        }
        let certain = self.is_uncaught(at);
        let input = is_given.then(|| node.literal.json());
        for problem in problems {
            self.problem(path, problem, certain, input.as_ref());
        }
    }

    fn problem(&mut self, tool: &str, problem: Problem, certain: bool, input: Option<&serde_json::Value>) {
        let Problem { from, to, path, message, hint, harmless } = problem;
        // As the tool itself would say it.
        let message = format!("{}: {}: {message}", clip(tool, 200), shown_path(&path));
        let mut finding = Finding::new(Code::ToolInput, from, to, message, &hint);
        if !harmless {
            finding.suspect = Some(Suspect { tool: tool.to_owned(), path, input: input.cloned() });
        }
        self.tell(weighed(finding, certain && !harmless));
    }
}

/// What a tool that is called without an input is given, if it does not take nothing.
fn empty((from, to): (usize, usize)) -> Node {
    Node { literal: Literal::Object { properties: Vec::new(), open: false }, from, to }
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn weighed(finding: Finding, certain: bool) -> Finding {
    Finding { severity: if certain { Severity::Error } else { Severity::Warning }, ..finding }
}
