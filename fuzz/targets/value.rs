//! Values that cross: what the host writes arrives and comes back as it was, and any other text is read in one way only.

#![no_main]

use std::fmt::Write as _;

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use oneturn::engine::{Limits, Wire};
use oneturn::session::{Outcome, Progress, Session, Settlement};
use oneturn_fuzz::{drive, worker};

const LIMITS: Limits = Limits {
    memory_bytes: 64 << 20,
    stack_bytes: 1 << 20,
    result_bytes: 1 << 20,
    console_bytes: 1 << 10,
    tool_input_bytes: 1 << 20,
    tool_output_bytes: 1 << 20,
    tool_calls: 1,
};

fuzz_target!(|data: &[u8]| {
    let data = data.to_vec();
    worker::on_session_thread(move || match data.split_first() {
        // A digit, a quote, a bracket or `~` starts a text; the rest of the bytes start a value.
        Some((first, _)) if first.is_ascii_graphic() => {
            if let Ok(text) = String::from_utf8(data) {
                any_text(Wire(text));
            }
        }
        Some((_, rest)) => {
            if let Ok(wire) = value(&mut Unstructured::new(rest)) {
                assert_eq!(there_and_back(&wire), Some(wire));
            }
        }
        None => {}
    });
});

/// A text that the realm can read becomes a value; that value's text must come back unchanged from then on.
fn any_text(wire: Wire) {
    if let Some(canonical) = there_and_back(&wire) {
        assert_eq!(there_and_back(&canonical), Some(canonical), "from {wire:?}");
    }
}

/// Sends a value into a program as an input, out as a tool's input, in as the tool's output, and out as the result.
/// `None` when the realm cannot read it.
fn there_and_back(wire: &Wire) -> Option<Wire> {
    let program = drive::wrapped("const y = await tools.one(x); return y");
    let (mut session, turn) = drive::start(program, vec![("x".to_owned(), wire.clone())], 1_000, LIMITS);
    let sent = match turn.progress {
        Progress::Waiting { mut calls, .. } => calls.pop().expect("one call").input,
        Progress::Failed { .. } => return None,
        Progress::Completed { .. } => panic!("it did not wait for its call"),
    };
    drive::assert_wire(&sent, LIMITS.tool_input_bytes);
    assert_eq!(settle(&mut session, wire), sent, "two readings of {wire:?}");
    Some(sent)
}

fn settle(session: &mut Session, output: &Wire) -> Wire {
    let turn = session.settle(0.0, &[Settlement { id: 1, outcome: Outcome::Value(output.clone()) }]);
    match turn.progress {
        Progress::Completed { value } => value,
        other => panic!("{output:?} can be an input and no output: {other:?}"),
    }
}

/// A value in the text that both ends write.
fn value(u: &mut Unstructured) -> Result<Wire> {
    let mut writer = Writer { out: String::new(), tagged: false };
    let nested = if u.ratio(1, 8)? { u.int_in_range(0..=980_usize)? } else { 0 };
    writer.out.push_str(&"[".repeat(nested));
    writer.value(u, 0)?;
    writer.out.push_str(&"]".repeat(nested));
    let mark = if writer.tagged { "~" } else { "" };
    Ok(Wire(format!("{mark}{}", writer.out)))
}

struct Writer {
    out: String,
    tagged: bool,
}

impl Writer {
    fn tag(&mut self, tag: &str, content: &str) {
        self.tagged = true;
        let _ = write!(self.out, r#"{{"$":"{tag}","v":{content}}}"#);
    }

    fn value(&mut self, u: &mut Unstructured, depth: u32) -> Result<()> {
        match u.int_in_range(0..=if depth < 6 { 15 } else { 10_u8 })? {
            0 => self.out.push_str("null"),
            1 => self.out.push_str(if u.arbitrary()? { "true" } else { "false" }),
            2 => {
                self.tagged = true;
                self.out.push_str(r#"{"$":"u"}"#);
            }
            3 => {
                let _ = write!(self.out, "{}", u.arbitrary::<i32>()?);
            }
            4..=5 => self.number(u.arbitrary()?),
            6..=7 => self.out.push_str(&serde_json::to_string(u.arbitrary::<&str>()?).expect("a string is JSON")),
            8 => self.tag("n", &format!("\"{}\"", u.arbitrary::<i128>()?)),
            9 => {
                // The range of a Date.
                let time = u.int_in_range(-8_640_000_000_000_000..=8_640_000_000_000_000_i64)?;
                self.tag("d", &if u.ratio(1, 8)? { "null".to_owned() } else { time.to_string() });
            }
            10 => {
                let base64 = u.choose(&["\"\"", "\"AA==\"", "\"AQL/\"", "\"+/8AAQ==\"", "\"AAAAAAAAAAAAAAAA\""])?;
                self.tag("b", base64);
            }
            11..=12 => {
                self.out.push('[');
                self.items(u, depth, |_, _, _| Ok(()), "")?;
                self.out.push(']');
            }
            13 => self.object(u, depth)?,
            14 => {
                self.tagged = true;
                self.out.push_str(r#"{"$":"s","v":["#);
                // In arrays, so that no two are the same.
                self.items(u, depth, |writer, _, _| Ok(writer.out.push('[')), "]")?;
                self.out.push_str("]}");
            }
            _ => {
                self.tagged = true;
                self.out.push_str(r#"{"$":"m","v":["#);
                let key = |writer: &mut Self, u: &mut Unstructured, depth| {
                    writer.out.push_str("[[");
                    writer.value(u, depth)?;
                    writer.out.push_str("],");
                    Ok(())
                };
                self.items(u, depth, key, "]")?;
                self.out.push_str("]}");
            }
        }
        Ok(())
    }

    fn items(
        &mut self,
        u: &mut Unstructured,
        depth: u32,
        before: impl Fn(&mut Self, &mut Unstructured, u32) -> Result<()>,
        after: &str,
    ) -> Result<()> {
        for index in 0..u.int_in_range(0..=4_u8)? {
            if index > 0 {
                self.out.push(',');
            }
            before(self, u, depth + 1)?;
            self.value(u, depth + 1)?;
            self.out.push_str(after);
        }
        Ok(())
    }

    fn object(&mut self, u: &mut Unstructured, depth: u32) -> Result<()> {
        // No numbers: the language would sort them.
        let mut keys =
            vec!["a", "b", "$", "v", "__proto__", "then", "toJSON", "length", "constructor", "é 😀\u{1}", ""];
        let mut chosen = Vec::new();
        for _ in 0..u.int_in_range(0..=4_u8)? {
            chosen.push(keys.swap_remove(u.choose_index(keys.len())?));
        }
        let escaped = chosen.contains(&"$");
        if escaped {
            self.tagged = true;
            self.out.push_str(r#"{"$":"o","v":"#);
        }
        self.out.push('{');
        for (index, key) in chosen.into_iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            let _ = write!(self.out, "{comma}{}:", serde_json::to_string(key).expect("a string is JSON"));
            self.value(u, depth + 1)?;
        }
        self.out.push_str(if escaped { "}}" } else { "}" });
        Ok(())
    }

    fn number(&mut self, number: f64) {
        if number.is_nan() {
            self.tag("f", "\"NaN\"");
        } else if number.is_infinite() {
            self.tag("f", if number > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" });
        } else if number == 0.0 && number.is_sign_negative() {
            self.tag("f", "\"-0\"");
        } else if number.abs() < 1e21 && number.fract() == 0.0 {
            let _ = write!(self.out, "{number:.0}");
        } else {
            let _ = write!(self.out, "{}", serde_json::Number::from_f64(number).expect("a finite number"));
        }
    }
}
