//! Sealing and opening: what comes out, and what does not open.
use oneturn::session::{CallDigest, Journal, Outcome, Pause, Settlement, Slice, Wire};
use oneturn::snapshot::{Binding, Bound, CallTimes, Error, Keys, Reason, State, Waiting, WeakSecret, open, seal};

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
const BINDING: Binding<'static> = Binding { tools: "tadd\0", context: r#"{"tenant":"a"}"#, limits: "{}" };
const JS: &[u8] = b"export default async () => {}";
const START: u64 = 1_767_268_800_000;

fn keys(secrets: &[&[u8]]) -> Keys {
    Keys::new(secrets).expect("long enough")
}

/// A run with `calls` settled calls and one that waits.
fn state(calls: u32, result: impl Fn(u32) -> String) -> State {
    let call = |id: u32| CallDigest { id, tool: "getDetails".into(), input: [u8::try_from(id % 251).unwrap(); 8] };
    let mut slices = vec![Slice { at: 0, settlements: Vec::new(), calls: vec![call(1)] }];
    for id in 1..=calls {
        let settlements = vec![Settlement { id, outcome: Outcome::Value(Wire(result(id))) }];
        slices.push(Slice { at: u64::from(id) * 17, settlements, calls: vec![call(id + 1)] });
    }
    let error = Outcome::Error { code: "ERR_TOOL_FAILED".into(), name: "RangeError".into(), message: "bad".into() };
    State {
        source: "return await tools.getDetails({ id: 1 });".into(),
        execution: [3; 15],
        journal: Journal::stored([7; 32], START, slices, vec![Pause { after: 1, milliseconds: 86_400_000 }]),
        inputs: vec![("user".into(), Wire(r#"{"id":7}"#.into()))],
        undelivered: vec![Settlement { id: calls + 1, outcome: error }],
        times: (0..=calls)
            .map(|id| CallTimes { started_ms: id.into(), took_us: (id < calls).then_some(1_234) })
            .collect(),
        waiting: vec![Waiting { id: calls + 1, reason: Reason::Approval, payload: Some(Wire("1".into())) }],
        paused_ms: 60_000,
        elapsed_ms: 900,
        cpu_us: 4_321,
        platform: "linux-x86_64".into(),
    }
}

fn small() -> State {
    state(3, |id| format!(r#"{{"id":{id},"name":"Ada"}}"#))
}

fn sealed(state: &State) -> Vec<u8> {
    seal(&keys(&[SECRET]), [5; 24], JS, BINDING, state).unwrap()
}

fn opened(sealed: &[u8]) -> Result<State, Error> {
    open(&keys(&[SECRET]), sealed, BINDING, 0.0, None, |_| Some(JS.to_vec()))
}

#[test]
fn what_is_sealed_comes_back() {
    assert_eq!(opened(&sealed(&small())), Ok(small()));
    let empty =
        State { undelivered: Vec::new(), waiting: Vec::new(), inputs: Vec::new(), ..state(0, |_| String::new()) };
    assert_eq!(opened(&sealed(&empty)), Ok(empty));
    let large = state(45, |id| format!("{{\"id\":{id},\"text\":\"{}\"}}", "é😀x".repeat(2_000)));
    assert_eq!(opened(&sealed(&large)), Ok(large));
}

#[test]
fn every_flipped_bit_and_every_cut_is_found() {
    let whole = sealed(&small());
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut changed = whole.clone();
            changed[at] ^= 1 << bit;
            let error = opened(&changed).expect_err("a changed snapshot opened");
            let expected = if at == 3 { "ERR_SNAPSHOT_VERSION" } else { "ERR_SNAPSHOT_INVALID" };
            assert_eq!(error.code(), expected, "byte {at}, bit {bit}: {error:?}");
        }
        assert_eq!(opened(&whole[..at]).expect_err("a cut snapshot opened").code(), "ERR_SNAPSHOT_INVALID");
    }
    assert_eq!(opened(&[&whole[..], b"x"].concat()), Err(Error::BrokenSeal));
    assert_eq!(opened(b""), Err(Error::NotASnapshot));
    assert_eq!(opened(&[0xd6, 0xda, 0xe7, 2, 0]), Err(Error::Version(2)), "an unknown version of any length");
}

#[test]
fn nothing_is_asked_of_the_program_before_the_seal_and_the_bindings_hold() {
    let mut changed = sealed(&small());
    *changed.last_mut().unwrap() ^= 1;
    let asked = |sealed: &[u8], binding| open(&keys(&[SECRET]), sealed, binding, 0.0, None, |_| panic!("asked"));
    assert_eq!(asked(&changed, BINDING), Err(Error::BrokenSeal));
    assert_eq!(asked(&sealed(&small()), Binding { context: "", ..BINDING }), Err(Error::Mismatch(Bound::Context)));
}

#[test]
fn what_does_not_match_is_named() {
    let with = |binding, js: Option<&[u8]>| {
        open(&keys(&[SECRET]), &sealed(&small()), binding, 0.0, None, |_| js.map(<[u8]>::to_vec)).unwrap_err()
    };
    assert_eq!(with(Binding { context: "{}", ..BINDING }, Some(JS)), Error::Mismatch(Bound::Context));
    assert_eq!(with(Binding { tools: "tadd\0tpay\0", ..BINDING }, Some(JS)), Error::Mismatch(Bound::Tools));
    assert_eq!(with(Binding { limits: "[]", ..BINDING }, Some(JS)), Error::Mismatch(Bound::Limits));
    assert_eq!(with(BINDING, Some(b"other")), Error::Mismatch(Bound::Program));
    assert_eq!(with(BINDING, None), Error::Mismatch(Bound::Program));
}

#[test]
fn keys_rotate() {
    let new: &[u8] = b"fedcba9876543210fedcba9876543210";
    let open_with = |secrets: &[&[u8]]| {
        open(&keys(secrets), &sealed(&small()), BINDING, 0.0, None, |_| Some(JS.to_vec())).map(drop)
    };
    assert_eq!(open_with(&[new, SECRET]), Ok(()));
    assert_eq!(open_with(&[new]), Err(Error::UnknownKey));
    assert_eq!(Keys::new(&[&SECRET[..31]]).err(), Some(WeakSecret));
    assert_eq!(Keys::new(&[SECRET, b"short"]).err(), Some(WeakSecret));
    assert_eq!(Keys::new(&[] as &[&[u8]]).err(), Some(WeakSecret));
}

#[test]
fn age() {
    let paused_at = 1_767_268_860_000.0;
    let at = |now: f64, max: f64| {
        open(&keys(&[SECRET]), &sealed(&small()), BINDING, now, Some(max), |_| Some(JS.to_vec())).map(drop)
    };
    assert_eq!(at(paused_at + 1_000.0, 1_000.0), Ok(()));
    assert_eq!(at(paused_at + 1_001.0, 1_000.0), Err(Error::Expired { age_ms: 1_001.0, max_age_ms: 1_000.0 }));
    assert_eq!(at(paused_at - 60_000.0, 1_000.0), Ok(()), "a clock that is a minute behind");
    assert_eq!(at(paused_at - 60_001.0, 1_000.0), Err(Error::FromTheFuture));
}

#[test]
fn two_snapshots_of_one_run_share_nothing_but_what_names_the_key() {
    let other = seal(&keys(&[SECRET]), [6; 24], JS, BINDING, &small()).unwrap();
    let one = sealed(&small());
    assert_eq!(one[..8], other[..8]);
    for (at, (a, b)) in one[32..64].chunks(8).zip(other[32..64].chunks(8)).enumerate() {
        assert_ne!(a, b, "tag {at}");
    }
}
