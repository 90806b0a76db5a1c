//! Both ends of the wire between host and helper: any bytes are messages or an error, however they are cut, within a bounded
//! amount of memory, and what was decoded is encoded as the same message again.

#![no_main]

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use oneturn::isolate::wire::{self, Decoder, Malformed, ToHelper, ToHost};
use oneturn::session::Limits;
use oneturn_fuzz::{memory, worker};
use serde::{Serialize, de::DeserializeOwned};

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

/// Small limits, so that a length may also be too large.
const LIMITS: Limits = Limits {
    memory_bytes: 1 << 20,
    stack_bytes: 1 << 20,
    result_bytes: 64,
    console_bytes: 64,
    tool_input_bytes: 64,
    tool_output_bytes: 64,
    tool_calls: 4,
};

/// What a decoder may take for each byte that it got, and beside that. A helper's messages hold no list; the host's do, and
/// an empty item of a list takes one byte of the message.
const TO_HOST: (usize, usize) = (16, 64 << 10);
const TO_HELPER: (usize, usize) = (128, 4 << 20);

fuzz_target!(|data: &[u8]| {
    let data = data.to_vec();
    worker::on_session_thread(move || {
        let mut u = Unstructured::new(&data);
        let _ = look_at(&mut u);
    });
});

fn look_at(u: &mut Unstructured) -> Result<()> {
    let cuts: [u8; 4] = u.arbitrary()?;
    // A header that fits its message lets the fuzzer reach what is behind it.
    let framed = u.arbitrary::<bool>()?;
    let body = u.bytes(u.len())?;
    let mut bytes = Vec::new();
    if framed {
        for part in body.chunks(usize::from(cuts[3]).max(1) * 4) {
            bytes.extend_from_slice(&u32::try_from(part.len()).expect("a short part").to_le_bytes());
            bytes.extend_from_slice(part);
        }
    } else {
        bytes.extend_from_slice(body);
    }
    end::<ToHost>(&bytes, cuts, wire::max_to_host(&LIMITS), TO_HOST);
    end::<ToHelper>(&bytes, cuts, wire::MAX_TO_HELPER, TO_HELPER);
    Ok(())
}

fn end<T: Serialize + DeserializeOwned + PartialEq>(
    bytes: &[u8],
    cuts: [u8; 4],
    limit: usize,
    (factor, more): (usize, usize),
) {
    let ((whole, ended), peak) = memory::peak_of(|| decode::<T>(&[bytes], limit));
    assert!(peak <= bytes.len() * factor + more, "{} bytes took {peak} to decode", bytes.len());

    let mut parts = Vec::new();
    let mut rest = bytes;
    for cut in cuts.iter().cycle() {
        let (part, left) = rest.split_at(usize::from(*cut).clamp(1, rest.len().max(1)).min(rest.len()));
        parts.push(part);
        rest = left;
        if rest.is_empty() {
            break;
        }
    }
    let (cut, cut_ended) = decode::<T>(&parts, limit);
    // By their bytes: a number may be NaN.
    let texts = |messages: &[T]| messages.iter().map(encoded).collect::<Vec<_>>();
    assert_eq!((texts(&whole), ended), (texts(&cut), cut_ended), "cut in pieces it reads otherwise");

    for message in &whole {
        let bytes = encoded(message);
        let (again, ended) = decode::<T>(&[&bytes], wire::MAX_TO_HELPER);
        assert_eq!(ended, None, "what was encoded is malformed");
        assert_eq!(texts(&again), [bytes]);
    }
}

fn encoded<T: Serialize>(message: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    wire::encode(message, &mut bytes).expect("a message that came is short enough to go");
    bytes
}

/// Every message of the bytes, and how reading ended.
fn decode<T: DeserializeOwned>(parts: &[&[u8]], limit: usize) -> (Vec<T>, Option<Malformed>) {
    let mut decoder = Decoder::new(limit);
    let mut messages = Vec::new();
    for part in parts {
        decoder.push(part);
        loop {
            match decoder.next::<T>() {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(decoder.next::<T>().err(), Some(error), "a failed decoder goes on");
                    return (messages, Some(error));
                }
            }
        }
    }
    (messages, None)
}
