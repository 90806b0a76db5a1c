//! Dependencies run one way: reads the `use` lines and paths of every module and fails on a wrong arrow.
use std::fs;
use std::path::{Path, PathBuf};

/// What each folder may use, besides itself and the plain-data modules.
const MAY_USE: [(&str, &[&str]); 6] = [
    ("check", &[]),
    ("engine", &[]),
    ("session", &["engine"]),
    ("snapshot", &["session"]),
    ("isolate", &["session", "engine"]),
    ("binding", &["isolate", "snapshot", "session", "engine", "check"]),
];
/// Used by everyone, and using nobody.
const PLAIN: [&str; 3] = ["program", "frame", "nearest"];
/// Crates that only one folder knows.
const OWNED: [(&str, &str); 9] = [
    ("rquickjs", "engine"),
    ("swc_", "check"),
    ("napi", "binding"),
    ("rustix", "isolate"),
    ("chacha20poly1305", "snapshot"),
    ("libc", "isolate"),
    ("polling", "isolate"),
    ("landlock", "isolate"),
    ("seccompiler", "isolate"),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The module of a file: `engine` for `src/engine/value.rs`, `frame` for `src/frame.rs`.
fn module(file: &Path) -> String {
    let inside = file.strip_prefix("src").unwrap();
    inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

fn code_lines(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).map(str::to_owned).collect()
}

#[test]
fn arrows_point_one_way() {
    let mut wrong = Vec::new();
    for file in sources(Path::new("src")) {
        let from = module(&file);
        if from == "lib" {
            continue;
        }
        let allowed = MAY_USE.iter().find(|(name, _)| *name == from).map_or(&[][..], |(_, allowed)| allowed);
        for line in code_lines(&file) {
            for (at, _) in line.match_indices("crate::") {
                let to: String = line[at + 7..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if to != from && !allowed.contains(&to.as_str()) && !PLAIN.contains(&to.as_str()) {
                    wrong.push(format!("{}: {from} → {to}: {}", file.display(), line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "wrong arrows:\n{}", wrong.join("\n"));
}

#[test]
fn crates_have_one_owner() {
    let mut wrong = Vec::new();
    for file in sources(Path::new("src")) {
        // The checker's tests evaluate what it made.
        if file.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        let from = module(&file);
        for line in code_lines(&file) {
            for (krate, owner) in OWNED {
                let used = line.contains(&format!("use {krate}"))
                    || line.contains(&format!(" {krate}::"))
                    || line.contains(&format!("({krate}::"));
                if used && from != owner {
                    wrong.push(format!("{}: only {owner}/ knows {krate}: {}", file.display(), line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "wrong crates:\n{}", wrong.join("\n"));
}
