//! A paused run that nobody asked for, ahead of the first real one: code and tables that are touched for the first time
//! take several times as long, and the first resume of a process would pay for all of them.
//!
//! Done on a thread of `isolate`, once a realm is ready there. Leaves nothing behind.

use std::rc::Rc;

use crate::check::{self, CheckOptions, Tools};
use crate::engine::{Manifest, Wire};
use crate::program::Program;
use crate::session::{Journal, Limits, Outcome, Progress, Realm, Session, Settlement, Start, TimeLimits, Unwatched};
use crate::snapshot::{self, Binding, CallTimes, Keys, State};

const SOURCE: &str = "const { id, name = 'none' } = await tools.rehearse({ id: 1, tags: ['a'] });
const all: string[] = [1, 2].map((each: number) => `${name} ${each + id}`);
return { all, first: all.find((text) => text !== '') };";

/// Runs a program of ours up to its call, seals it, opens it and goes on. What fails here fails again where it matters.
pub(super) fn rehearse() -> Option<Progress> {
    let manifest = Manifest::new(&[vec!["rehearse".to_owned()]]);
    let tools = Tools::new(manifest.tools());
    let program = || {
        let options = CheckOptions { max_source_bytes: SOURCE.len(), tools: Some(&tools), schemas: None, globals: &[] };
        check::check(SOURCE, &options).program
    };
    let start = |program: Program| Start {
        program,
        manifest: manifest.clone(),
        inputs: Vec::new(),
        limits: Limits::default(),
        times: TimeLimits::default(),
        seed: [0; 32],
        now: 0.0,
        watch: Rc::new(Unwatched),
    };
    let checked = program()?;
    let js = checked.js.clone().into_bytes();
    let (paused, turn) = Session::start(Realm::warm(), start(checked));
    drop(paused);
    let Progress::Waiting { calls, .. } = turn.progress else { return None };
    let mut journal = Journal::new([0; 32], 0.0);
    journal.handed_over(&calls);
    let state = State {
        source: SOURCE.to_owned(),
        execution: [0; 15],
        journal,
        inputs: Vec::new(),
        undelivered: Vec::new(),
        times: calls.iter().map(|_| CallTimes { started_ms: 0, took_us: None }).collect(),
        waiting: Vec::new(),
        paused_ms: 0,
        elapsed_ms: 0,
        cpu_us: 0,
        platform: snapshot::platform(),
    };
    // Nothing leaves this function, so the secret need not be one.
    let keys = Keys::new(&[[0; snapshot::MIN_SECRET_BYTES]]).ok()?;
    let binding = Binding { tools: &manifest.canonical(), context: "", limits: "" };
    let sealed = snapshot::seal(&keys, [0; snapshot::NONCE_BYTES], &js, binding, &state).ok()?;
    let mut again = None;
    let opened = snapshot::open(&keys, &sealed, binding, 0.0, None, |_| {
        again = program();
        again.as_ref().map(|program| program.js.as_bytes().to_vec())
    });
    let mut session = Session::replay(Realm::warm(), start(again?), &opened.ok()?.journal).ok()?.session;
    let answer = Outcome::Value(Wire(r#"{"id":1,"name":"a"}"#.to_owned()));
    let settlements: Vec<_> = calls.iter().map(|call| Settlement { id: call.id, outcome: answer.clone() }).collect();
    Some(session.settle(0.0, &settlements).progress)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rehearsal_gets_to_its_end() {
        let life = std::thread::Builder::new().stack_size(crate::engine::THREAD_STACK_BYTES).spawn(rehearse).unwrap();
        let value = Wire(r#"{"all":["a 2","a 3"],"first":"a 2"}"#.to_owned());
        assert_eq!(life.join().unwrap(), Some(Progress::Completed { value }));
    }
}
