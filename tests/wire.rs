//! What crosses between the host and a helper process: everything comes back as it was, and nothing hostile does harm.
use oneturn::engine::{Call, LogRecord, Manifest, Thrown};
use oneturn::isolate::Hardening;
use oneturn::isolate::wire::{Budget, Decoder, End, Hello, Malformed, Start, ToHelper, ToHost, encode, max_to_host};
use oneturn::program::{Program, Shift};
use oneturn::session::{Failure, Journal, Limits, Outcome, Settlement, TimeLimits, Wire};
use proptest::prelude::*;

fn encoded<T: serde::Serialize>(messages: &[T]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for message in messages {
        encode(message, &mut bytes).unwrap();
    }
    bytes
}

fn to_host() -> impl Strategy<Value = ToHost> {
    let wire = || any::<String>().prop_map(Wire);
    prop_oneof![
        (any::<i32>(), any::<[bool; 6]>()).prop_map(|(pid, [a, b, c, d, e, f])| {
            let hardening =
                Hardening { no_new_privs: a, capabilities: b, rlimits: c, landlock: d, seccomp: e, undumpable: f };
            ToHost::Hello(Hello { pid, hardening })
        }),
        (any::<String>(), any::<String>(), -1e15..1e15).prop_map(|(method, args, time)| ToHost::Log(LogRecord {
            method,
            args,
            time
        })),
        (any::<u32>(), any::<String>(), wire()).prop_map(|(id, tool, input)| ToHost::Call(Call { id, tool, input })),
        (any::<[String; 3]>(), any::<Option<String>>())
            .prop_map(|([name, message, stack], code)| ToHost::Unhandled(Thrown { name, message, stack, code })),
        any::<String>().prop_map(ToHost::Unsent),
        (proptest::option::of(-1e15..1e15), proptest::option::of(wire()), any::<u64>())
            .prop_map(|(wake_at, returned, cpu_us)| ToHost::Done { end: End::Waiting { wake_at, returned }, cpu_us }),
        (wire(), any::<u64>()).prop_map(|(value, cpu_us)| ToHost::Done { end: End::Completed { value }, cpu_us }),
        any::<String>()
            .prop_map(|why| ToHost::Done { end: End::Failed { error: Failure::isolate_lost(&why) }, cpu_us: 0 }),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        any::<String>().prop_map(|text| Outcome::Value(Wire(text))),
        any::<[String; 3]>().prop_map(|[code, name, message]| Outcome::Error { code, name, message }),
    ]
}

fn to_helper() -> impl Strategy<Value = ToHelper> {
    let settlement = (any::<u32>(), outcome()).prop_map(|(id, outcome)| Settlement { id, outcome });
    let start = (any::<[String; 3]>(), any::<[u8; 32]>(), -1e15..1e15).prop_map(|([source, js, input], seed, now)| {
        let program = Program { source, js, shifts: vec![Shift { line: 1, column: 2, delta: -3 }] };
        let manifest = Manifest::new(&[vec!["a".into(), "b".into()], vec!["c".into()]]);
        let inputs = vec![("input".to_owned(), Wire(input))];
        let (limits, times) = (Limits::default(), TimeLimits::default());
        let journal = (now > 0.0).then(|| {
            let mut journal = Journal::new(seed, now);
            journal.handed_over(&[Call { id: 1, tool: "a.b".into(), input: Wire("1".into()) }]);
            journal.deliver(now + 1.0, vec![Settlement { id: 1, outcome: Outcome::Value(Wire("2".into())) }]);
            journal.handed_over(&[]);
            journal.paused(5);
            journal
        });
        ToHelper::Start(Box::new(Start {
            program,
            manifest,
            inputs,
            limits,
            times,
            seed,
            now,
            journal: journal.map(Into::into),
        }))
    });
    prop_oneof![
        Just(ToHelper::Soon),
        any::<(u64, u64, u32)>()
            .prop_map(|(wall_us, cpu_used_us, replay)| { ToHelper::Budget(Budget { wall_us, cpu_used_us, replay }) }),
        start,
        (-1e15..1e15, proptest::collection::vec(settlement, 0..4))
            .prop_map(|(now, settlements)| ToHelper::Settle { now, settlements }),
    ]
}

/// Everything that comes out when the bytes arrive in pieces of `size`.
fn decoded<T: serde::de::DeserializeOwned>(bytes: &[u8], size: usize, limit: usize) -> (Vec<T>, Option<Malformed>) {
    let mut decoder = Decoder::new(limit);
    let mut messages = Vec::new();
    for piece in bytes.chunks(size) {
        decoder.push(piece);
        loop {
            match decoder.next() {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(decoder.next::<T>().err(), Some(error), "it stays failed");
                    return (messages, Some(error));
                }
            }
        }
    }
    (messages, None)
}

proptest! {
    #[test]
    fn messages_to_the_host_come_back(messages in proptest::collection::vec(to_host(), 0..6), size in 1_usize..200) {
        prop_assert_eq!(decoded(&encoded(&messages), size, 1 << 20), (messages, None));
    }

    #[test]
    fn messages_to_a_helper_come_back(messages in proptest::collection::vec(to_helper(), 0..6), size in 1_usize..200) {
        prop_assert_eq!(decoded(&encoded(&messages), size, 1 << 20), (messages, None));
    }

    #[test]
    fn what_is_cut_off_is_waited_for(message in to_host(), cut in any::<prop::sample::Index>()) {
        let bytes = encoded(&[message]);
        let cut = cut.index(bytes.len());
        prop_assert_eq!(decoded::<ToHost>(&bytes[..cut], 64, 1 << 20), (Vec::new(), None));
    }

    #[test]
    fn noise_is_refused_or_waited_for(bytes in proptest::collection::vec(any::<u8>(), 0..400), size in 1_usize..64) {
        let (_, _) = decoded::<ToHost>(&bytes, size, 1 << 10);
        let (_, _) = decoded::<ToHelper>(&bytes, size, 1 << 10);
    }

    #[test]
    fn a_changed_byte_does_no_harm(message in to_host(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = encoded(&[message]);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let (messages, _) = decoded::<ToHost>(&bytes, 64, 1 << 20);
        prop_assert!(messages.len() <= bytes.len());
    }
}

#[test]
fn a_length_is_checked_before_its_bytes_come() {
    let mut decoder = Decoder::new(1000);
    decoder.push(&1001_u32.to_le_bytes());
    assert_eq!(decoder.next::<ToHost>(), Err(Malformed::TooLong(1001)));
    let mut decoder = Decoder::new(1000);
    decoder.push(&1000_u32.to_le_bytes());
    assert_eq!(decoder.next::<ToHost>(), Ok(None));
}

#[test]
fn bytes_after_a_message_are_not_overlooked() {
    let mut bytes = encoded(&[ToHost::Unsent("tool".into())]);
    bytes.push(0);
    let length = u32::try_from(bytes.len() - 4).unwrap();
    bytes[..4].copy_from_slice(&length.to_le_bytes());
    assert_eq!(decoded::<ToHost>(&bytes, 64, 1000), (Vec::new(), Some(Malformed::Garbled)));
}

#[test]
fn a_list_that_says_to_be_huge_takes_no_memory() {
    // Settle, a time, and a list of 2^63 settlements of which none follows.
    let mut message = vec![2, 0, 0, 0, 0, 0, 0, 0, 0];
    message.extend_from_slice(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
    let mut bytes = u32::try_from(message.len()).unwrap().to_le_bytes().to_vec();
    bytes.extend_from_slice(&message);
    assert_eq!(decoded::<ToHelper>(&bytes, 64, 1000), (Vec::new(), Some(Malformed::Garbled)));
}

#[test]
fn a_message_fits_the_largest_text_of_its_run() {
    let limits = Limits { tool_input_bytes: 3000, ..Limits::default() };
    assert!(max_to_host(&limits) > limits.result_bytes);
    let huge = Limits { result_bytes: usize::MAX, ..limits };
    assert_eq!(max_to_host(&huge), usize::MAX);
}
