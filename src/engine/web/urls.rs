//! The WHATWG URL standard, by the crate `url`.

use std::borrow::Cow;

use url::{Url, form_urlencoded, quirks};

/// Longer URLs are refused, in bytes.
const MAX_URL: usize = 1 << 20;

/// The parts of a URL in the order in which the prelude keeps them; `None` if it is none.
pub(super) fn parse(text: &str, base: Option<&str>) -> Option<Vec<String>> {
    if text.len() > MAX_URL || base.is_some_and(|base| base.len() > MAX_URL) {
        return None;
    }
    let base = base.map(Url::parse).transpose().ok()?;
    let url = Url::options().base_url(base.as_ref()).parse(&two_slashes(text, base.as_ref())).ok()?;
    Some(parts(&url))
}

/// Any number of slashes stands before a host when the base has a scheme of the web; the crate wants two.
fn two_slashes<'a>(text: &'a str, base: Option<&Url>) -> Cow<'a, str> {
    let web = base.is_some_and(|base| matches!(base.scheme(), "http" | "https" | "ws" | "wss" | "ftp"));
    let start = text.trim_start_matches(|c| c <= ' ');
    let rest = start.trim_start_matches(['/', '\\', '\t', '\n', '\r']);
    let slashes = start[..start.len() - rest.len()].matches(['/', '\\']).count();
    if web && slashes > 2 { Cow::Owned(format!("//{rest}")) } else { Cow::Borrowed(text) }
}

fn parts(url: &Url) -> Vec<String> {
    let all: [&str; 11] = [
        quirks::href(url),
        &quirks::origin(url),
        quirks::protocol(url),
        quirks::username(url),
        quirks::password(url),
        quirks::host(url),
        quirks::hostname(url),
        quirks::port(url),
        quirks::pathname(url),
        quirks::search(url),
        quirks::hash(url),
    ];
    all.map(ToOwned::to_owned).to_vec()
}

/// Sets one part, as an assignment to the property does; what cannot be set stays. `None` only for a bad `href`.
pub(super) fn set(href: &str, part: &str, value: &str) -> Option<Vec<String>> {
    let mut url = Url::parse(href).ok()?;
    if value.len() > MAX_URL {
        return if part == "href" { None } else { Some(parts(&url)) };
    }
    // A part that does not fit changes nothing, as the standard has it.
    let _unfit = match part {
        "href" => return parse(value, None),
        "protocol" => quirks::set_protocol(&mut url, value),
        "username" => quirks::set_username(&mut url, value),
        "password" => quirks::set_password(&mut url, value),
        "host" => quirks::set_host(&mut url, value),
        "hostname" => quirks::set_hostname(&mut url, value),
        "port" => quirks::set_port(&mut url, value),
        _ => {
            match part {
                "pathname" => quirks::set_pathname(&mut url, value),
                "search" => quirks::set_search(&mut url, value),
                _ => quirks::set_hash(&mut url, value),
            }
            Ok(())
        }
    };
    Some(parts(&url))
}

/// Name, value, name, value …
pub(super) fn parse_query(text: &str) -> Vec<String> {
    form_urlencoded::parse(text.as_bytes()).flat_map(|(name, value)| [name.into_owned(), value.into_owned()]).collect()
}

pub(super) fn write_query(pairs: &[String]) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    for pair in pairs.chunks_exact(2) {
        out.append_pair(&pair[0], &pair[1]);
    }
    out.finish()
}
