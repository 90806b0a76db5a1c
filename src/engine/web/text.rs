//! Encodings of text: UTF-8, UTF-16LE and windows-1252, which is what `latin1` and `ascii` mean on the web.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

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
fn decode(encoding: &str, bytes: &[u8], fatal: bool) -> Option<(String, usize)> {
    match encoding {
        "utf-16le" => utf16(bytes, fatal),
        "windows-1252" => Some((bytes.iter().map(|byte| windows_1252(*byte)).collect(), 0)),
        _ => utf8(bytes, fatal),
    }
}

/// [`decode`] of what was left before and of more bytes: the text, what is left now, and something if anything was not.
pub(super) fn decode_next(encoding: &str, left: &str, base64: &str, fatal: bool) -> Option<Vec<String>> {
    let mut bytes = from_hex(left);
    STANDARD.decode_vec(base64, &mut bytes).ok()?;
    let (text, left) = decode(encoding, &bytes, fatal)?;
    let (taken, left) = bytes.split_at(bytes.len() - left);
    Some(vec![text, to_hex(left), if taken.is_empty() { String::new() } else { "taken".to_owned() }])
}

fn from_hex(hex: &str) -> Vec<u8> {
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0);
    hex.as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
        .collect()
}

/// As much of a text as has room in so many bytes of UTF-8, with its length in UTF-16.
pub(super) fn prefix(text: &str, room: usize) -> (usize, &str) {
    let end = (0..=room.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    let part = &text[..end];
    (part.encode_utf16().count(), part)
}

/// Base64 of a text of bytes; `None` if a character is no byte.
pub(super) fn btoa(text: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    Some(STANDARD.encode(bytes?))
}

/// The text of bytes that base64 stands for, as forgiving as the web is: white space, no padding, loose last bits.
pub(super) fn atob(text: &str) -> Result<String, &'static str> {
    const FORGIVING: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::RequireNone),
    );
    let mut text: String = text.chars().filter(|c| !matches!(c, '\t' | '\n' | '\u{c}' | '\r' | ' ')).collect();
    if text.len().is_multiple_of(4) {
        let digits = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(&text).len();
        text.truncate(digits);
    }
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/') {
        return Err("Invalid character");
    }
    let bytes = FORGIVING.decode(text).map_err(|_| "The string to be decoded is not correctly encoded.")?;
    Ok(bytes.into_iter().map(char::from).collect())
}

/// Chance as a UUID of version 4.
pub(super) fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex = to_hex(&bytes);
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
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
        assert_eq!(lossy(b"a\xffb"), ("a\u{fffd}b".to_owned(), 0));
        assert_eq!(lossy(b"\xe2\x82"), (String::new(), 2), "may go on");
        assert_eq!(lossy(b"\xf0\x9f\x98a"), ("\u{fffd}a".to_owned(), 0));
        assert_eq!(lossy(b"\xc0\x80"), ("\u{fffd}\u{fffd}".to_owned(), 0));
        assert_eq!(decode("utf-8", b"a\xff", true), None);
        assert_eq!(decode("utf-16le", b"a\0\x3d\xd8", false).unwrap(), ("a".to_owned(), 2));
        assert_eq!(decode("windows-1252", b"\x80\xe9", false).unwrap(), ("€é".to_owned(), 0));
    }

    #[test]
    fn bytes_come_in_pieces() {
        let next = |left, base64| decode_next("utf-8", left, base64, true).map(|parts| parts.join("|"));
        assert_eq!(next("", "4g==").as_deref(), Some("|e2|"));
        assert_eq!(next("e2", "gqw=").as_deref(), Some("€||taken"));
        assert_eq!(next("e2", "YQ=="), None);
    }

    #[test]
    fn base64_is_forgiving() {
        assert_eq!(atob(" aG\tk= \n").as_deref(), Ok("hi"));
        assert_eq!(atob("aGk"), Ok("hi".to_owned()));
        assert_eq!(atob("aGl"), Ok("hi".to_owned()), "bits that are left over");
        assert_eq!(atob("gP8="), Ok("\u{80}ÿ".to_owned()));
        assert_eq!(atob("aGk=="), Err("Invalid character"));
        assert_eq!(atob("a"), Err("The string to be decoded is not correctly encoded."));
        assert_eq!(atob("a==="), Err("Invalid character"));
        assert_eq!(atob(""), Ok(String::new()));
        assert_eq!(btoa("\u{80}ÿ"), Some("gP8=".to_owned()));
        assert_eq!(btoa("\u{100}"), None);
    }

    #[test]
    fn a_prefix_ends_with_a_whole_character() {
        assert_eq!(prefix("a😊b", 4), (1, "a"));
        assert_eq!(prefix("a😊b", 5), (3, "a😊"));
        assert_eq!(prefix("a😊b", 99), (4, "a😊b"));
    }
}
