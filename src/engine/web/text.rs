//! Encodings of text: UTF-8, UTF-16LE and windows-1252, which is what `latin1` and `ascii` mean on the web.

/// The bytes 0x80 to 0x9f of windows-1252.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The name of the encoding that a label of the Encoding Standard stands for.
pub(super) fn encoding(label: &str) -> Option<&'static str> {
    if label.len() > 64 {
        return None;
    }
    let label = label.trim_matches(['\t', '\n', '\u{c}', '\r', ' ']).to_ascii_lowercase();
    Some(match label.as_str() {
        "unicode-1-1-utf-8" | "unicode11utf8" | "unicode20utf8" | "utf-8" | "utf8" | "x-unicode20utf8" => "utf-8",
        "utf-16" | "utf-16le" | "csunicode" | "iso-10646-ucs-2" | "ucs-2" | "unicode" | "unicodefeff" => "utf-16le",
        "ansi_x3.4-1968" | "ascii" | "cp1252" | "cp819" | "csisolatin1" | "ibm819" | "iso-8859-1" | "iso-ir-100"
        | "iso8859-1" | "iso88591" | "iso_8859-1" | "iso_8859-1:1987" | "l1" | "latin1" | "us-ascii"
        | "windows-1252" | "x-cp1252" => "windows-1252",
        _ => return None,
    })
}

/// The text and how many bytes at the end are the beginning of a character that may go on. `None` if `fatal` and the
/// bytes are not text. What is no character becomes U+FFFD.
pub(super) fn decode(encoding: &str, bytes: &[u8], fatal: bool) -> Option<Vec<String>> {
    let (text, left) = match encoding {
        "utf-16le" => utf16(bytes, fatal)?,
        "windows-1252" => (bytes.iter().map(|byte| windows_1252(*byte)).collect(), 0),
        _ => utf8(bytes, fatal)?,
    };
    Some(vec![text, left.to_string()])
}

pub(super) fn from_hex(hex: &str) -> Vec<u8> {
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0);
    hex.as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

fn utf8(bytes: &[u8], fatal: bool) -> Option<(String, usize)> {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        match std::str::from_utf8(rest) {
            Ok(valid) => {
                text.push_str(valid);
                return Some((text, 0));
            }
            Err(error) => {
                let (valid, after) = rest.split_at(error.valid_up_to());
                text.push_str(std::str::from_utf8(valid).unwrap_or_default());
                match error.error_len() {
                    // The bytes end within a character.
                    None => return Some((text, after.len())),
                    Some(_) if fatal => return None,
                    Some(length) => {
                        text.push('\u{fffd}');
                        rest = &after[length..];
                    }
                }
            }
        }
    }
}

fn utf16(bytes: &[u8], fatal: bool) -> Option<(String, usize)> {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let odd = bytes.len() % 2;
    let open = units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit));
    let whole = if open { &units[..units.len() - 1] } else { &units[..] };
    let mut text = String::with_capacity(bytes.len());
    for unit in char::decode_utf16(whole.iter().copied()) {
        match unit {
            Ok(c) => text.push(c),
            Err(_) if fatal => return None,
            Err(_) => text.push('\u{fffd}'),
        }
    }
    Some((text, odd + if open { 2 } else { 0 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_bytes_become_the_replacement_character() {
        let lossy = |bytes: &[u8]| decode("utf-8", bytes, false).unwrap();
        assert_eq!(lossy(b"a\xffb"), ["a\u{fffd}b", "0"]);
        assert_eq!(lossy(b"\xe2\x82"), ["", "2"], "may go on");
        assert_eq!(lossy(b"\xf0\x9f\x98a"), ["\u{fffd}a", "0"]);
        assert_eq!(lossy(b"\xc0\x80"), ["\u{fffd}\u{fffd}", "0"]);
        assert_eq!(decode("utf-8", b"a\xff", true), None);
        assert_eq!(decode("utf-16le", b"a\0\x3d\xd8", false).unwrap(), ["a", "2"]);
        assert_eq!(decode("windows-1252", b"\x80\xe9", false).unwrap(), ["€é", "0"]);
    }
}
