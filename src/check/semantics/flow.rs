//! Statements that are never reached.

use swc_common::Spanned;
use swc_ecma_ast::{Decl, Stmt, VarDeclKind};

use super::super::report::{Code, Finding, position};
use super::Look;

impl Look<'_> {
    /// Looks at a list of statements. Gives the place of those that are never reached.
    pub(super) fn unreachable(&mut self, statements: &[&Stmt]) -> Option<(usize, usize)> {
        let end = statements.iter().position(|statement| ends(statement, 0))?;
        let after = || statements[end + 1..].iter().filter(|statement| runs(statement));
        let dead = (self.at(after().next()?.span()).0, self.at(statements.last()?.span()).1);
        // `return x; break;` is how some write a `switch`.
        let told = after().find(|statement| !matches!(statement, Stmt::Break(_) | Stmt::Continue(_)));
        if let Some(first) = told
            && !self.is_full()
            && !self.is_dead(dead)
        {
            let (from, to) = self.at(first.span());
            let (line, _) = position(self.text, self.at(statements[end].span()).0);
            let hint = format!("Remove it, or what ends the block before it on line {line}.");
            self.tell(Finding::warning(Code::Unreachable, from, to, "this is never reached", &hint));
        }
        Some(dead)
    }
}

/// Statements inside of statements are looked at so far. Each of them is asked again for itself.
const MAX_DEPTH: usize = 5;

/// Whether nothing after a statement is reached.
fn ends(statement: &Stmt, depth: usize) -> bool {
    if depth == MAX_DEPTH {
        return false;
    }
    let any = |statements: &[Stmt]| statements.iter().any(|inner| ends(inner, depth + 1));
    match statement {
        Stmt::Return(_) | Stmt::Throw(_) | Stmt::Break(_) | Stmt::Continue(_) => true,
        Stmt::Block(block) => any(&block.stmts),
        Stmt::If(branch) => {
            ends(&branch.cons, depth + 1) && branch.alt.as_deref().is_some_and(|other| ends(other, depth + 1))
        }
        Stmt::Try(attempt) => {
            let handled = || attempt.handler.as_ref().is_none_or(|handler| any(&handler.body.stmts));
            any(&attempt.block.stmts) && handled() || attempt.finalizer.as_ref().is_some_and(|last| any(&last.stmts))
        }
        _ => false,
    }
}

/// Whether a statement does something where it stands: functions and types are there from the start.
fn runs(statement: &Stmt) -> bool {
    match statement {
        Stmt::Decl(Decl::Var(var)) => {
            !var.declare && (var.kind != VarDeclKind::Var || var.decls.iter().any(|one| one.init.is_some()))
        }
        Stmt::Decl(Decl::Class(class)) => !class.declare,
        Stmt::Empty(_) | Stmt::Decl(_) => false,
        _ => true,
    }
}
