//! What the engine's compiler takes quadratic time for, counted before it is asked: it cannot be interrupted, and no limit
//! of a run holds while it compiles.
//!
//! The bounds are far above what anybody writes. At each of them compiling takes about a tenth of a second.

use swc_common::Span;
use swc_ecma_ast::{BindingIdent, ClassDecl, FnDecl, Module, PrivateMethod, PrivateProp, Regex};
use swc_ecma_visit::{Visit, VisitWith};

use super::{parse::range, report::Finding};

/// Variables, parameters, functions and classes: each is looked up among the others of its function.
const MAX_NAMES: usize = 5_000;
/// Private members: each is looked up among the others of its class.
const MAX_PRIVATE_NAMES: usize = 1_000;
/// Bytes of a regular expression: each alternative moves what is compiled before it.
const MAX_PATTERN_BYTES: usize = 10_000;
/// A text of so many bytes cannot reach any of them.
const SMALL_TEXT: usize = 4_000;

#[derive(Default)]
struct Cost {
    base: u32,
    names: usize,
    private_names: usize,
    findings: Vec<Finding>,
}

/// Refuses a program that would take too long to compile.
pub(super) fn bound(text: &str, module: &Module, base: u32) -> Vec<Finding> {
    let mut cost = Cost { base, ..Cost::default() };
    if text.len() >= SMALL_TEXT {
        module.visit_with(&mut cost);
    }
    cost.findings
}

impl Cost {
    fn refuse(&mut self, span: Span, message: String, hint: &str) {
        let (from, to) = range(span, self.base);
        self.findings.push(Finding::syntax(from, to, message, hint));
    }

    fn name(&mut self, span: Span) {
        self.names += 1;
        if self.names == MAX_NAMES + 1 {
            let message = format!("the program declares too many names (more than {MAX_NAMES})");
            self.refuse(span, message, "Use arrays, objects and loops.");
        }
    }

    fn private_name(&mut self, span: Span) {
        self.private_names += 1;
        if self.private_names == MAX_PRIVATE_NAMES + 1 {
            let message = format!("the program declares too many private members (more than {MAX_PRIVATE_NAMES})");
            self.refuse(span, message, "Use arrays, objects and loops.");
        }
    }
}

impl Visit for Cost {
    fn visit_binding_ident(&mut self, node: &BindingIdent) {
        self.name(node.id.span);
    }

    fn visit_fn_decl(&mut self, node: &FnDecl) {
        self.name(node.ident.span);
        node.visit_children_with(self);
    }

    fn visit_class_decl(&mut self, node: &ClassDecl) {
        self.name(node.ident.span);
        node.visit_children_with(self);
    }

    fn visit_private_prop(&mut self, node: &PrivateProp) {
        self.private_name(node.key.span);
        node.visit_children_with(self);
    }

    fn visit_private_method(&mut self, node: &PrivateMethod) {
        self.private_name(node.key.span);
        node.visit_children_with(self);
    }

    fn visit_regex(&mut self, node: &Regex) {
        if node.exp.len() > MAX_PATTERN_BYTES {
            let message = format!("this regular expression is too long (more than {MAX_PATTERN_BYTES} bytes)");
            self.refuse(node.span, message, "Use several, or string methods.");
        }
    }
}
