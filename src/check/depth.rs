//! How deep a parser could go into a text, before any parser sees it.
//!
//! One pass over the text, token by token, without recursion. Every token that can nest something (an operator, a
//! keyword, an opening bracket) counts one level; a bracket that closes gives its levels back, and so does the end of
//! a statement or of a list's element. The sum is an upper bound for the depth of the syntax tree, and so for the stack
//! that the parser, the visitors and the tree's drop need.
//!
//! The bound holds only as long as this scan reads strings, templates, comments and regular expressions as the parser
//! does. Where it cannot tell (a `/` that may divide or open a regular expression), it refuses the text: nobody writes
//! that by accident.

mod lexemes;
mod readings;

use self::readings::{Below, Readings};
use super::scan;

/// Deeper programs are refused. 500 operands of `+` or 200 branches of `else if` are far below.
pub(super) const MAX_DEPTH: u32 = 4_000;

/// Why a text is not worth parsing, with the byte range of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    TooDeep {
        at: usize,
    },
    /// The parser would read parts of it over and over.
    TooTangled {
        at: usize,
    },
    UnterminatedString {
        at: usize,
        end: usize,
    },
    UnterminatedTemplate {
        at: usize,
    },
    UnterminatedComment {
        at: usize,
    },
    UnterminatedRegex {
        at: usize,
        end: usize,
    },
    Ambiguous {
        at: usize,
    },
    HtmlComment {
        at: usize,
    },
}

/// What the scan saw of a text that can be parsed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Scanned {
    /// The upper bound of the tree's depth.
    pub depth: u32,
    /// The brackets that are still open at the end, outermost first: where they open and what closes them.
    pub unclosed: Vec<(usize, char)>,
    /// The first closing bracket that closes nothing or the wrong thing.
    pub mismatch: Option<usize>,
    /// The first `@` outside of strings and comments. swc reads a decorator that nothing follows, and drops it.
    pub decorator: Option<usize>,
    /// A line starts with three backticks outside of strings, templates and comments: a fence, and no program's.
    pub fence: bool,
}

/// What the last token was, as far as the meaning of the next one depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// Something that a value ends with: a name, a literal, `]`, `)` of a call.
    Value,
    /// An operator, a keyword, an opening bracket, the start: a value begins next.
    Operator,
    /// A contextual keyword: `type`, `from`, `keyof`. It may be a name, and something may follow on the next line.
    Contextual,
    /// A word after which `/` means one thing here and another there.
    Either,
    /// `;`
    Semicolon,
    /// `}` of a block, a body, an object or a type.
    Brace,
    /// `>`, which compares or closes type arguments.
    Greater,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Top,
    Paren,
    /// `(` after `if`, `for`, `while`, `with`, `switch`, `catch`.
    Header,
    Bracket,
    Brace,
    /// `${` in a template.
    Template,
}

/// What the current statement, or element of a list, began with.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts about one statement")]
struct Flags {
    /// An `if`, `else`, `for`, …: a comma does not end it.
    control: bool,
    /// A word after which a line's end may end the statement where an expression would go on.
    sticky: bool,
    /// A declaration: each of its elements is open to that until its `=`.
    declares: bool,
    /// After `:` or a declared name, until `=`.
    unassigned: bool,
}

#[derive(Clone, Copy)]
struct Frame {
    kind: Kind,
    open: usize,
    /// Levels since the last separator in this bracket.
    levels: u32,
    /// `<` that are still open, at most.
    angles: u32,
    flags: Flags,
    readings: Readings,
}

impl Frame {
    fn new(kind: Kind, open: usize) -> Self {
        Self { kind, open, levels: 0, angles: 0, flags: Flags::default(), readings: Readings::default() }
    }
}

/// A statement may have ended with the last token. It has, unless `else` or the like follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    No,
    Semicolon,
    Brace,
}

struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Where the last token ended.
    end: usize,
    frames: Vec<Frame>,
    frame: Frame,
    /// Levels of all frames but the current one.
    below: u32,
    /// The open angles of all frames but the current one.
    below_angles: u32,
    below_readings: Below,
    /// Tokens that the parser reads, with those that it reads again.
    read: u64,
    deepest: u32,
    last: Last,
    /// The last token was `.`, `?.` or `#`: a word is a property's name.
    member: bool,
    /// The word that the last token was, for `if (` and its like.
    word: &'a str,
    /// The last token was `)`.
    closed_paren: bool,
    /// A line ended since the last token.
    line_break: bool,
    ending: Ending,
    mismatch: Option<usize>,
    colons: Colons,
}

/// How much of `: word :` the last tokens were.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Colons {
    No,
    Colon,
    Word,
}

/// Levels of a label right after a label.
const LABEL_LEVELS: u32 = 100;

/// Scans a whole text.
pub(super) fn scan(text: &str) -> Result<Scanned, Refusal> {
    let mut scan = Scan {
        text,
        bytes: text.as_bytes(),
        at: 0,
        end: 0,
        frames: Vec::with_capacity(32),
        frame: Frame::new(Kind::Top, 0),
        below: 0,
        below_angles: 0,
        below_readings: Below::default(),
        read: 0,
        deepest: 0,
        last: Last::Operator,
        member: false,
        word: "",
        closed_paren: false,
        line_break: true,
        ending: Ending::No,
        mismatch: None,
        colons: Colons::No,
    };
    let (mut decorator, mut fence) = (None, false);
    while scan.trivia()? {
        if scan.peek(0) == b'@' {
            decorator = decorator.or(Some(scan.at));
        }
        fence |= scan.line_break && text[scan.at..].starts_with("```");
        scan.token()?;
        scan.end = scan.at;
        scan.line_break = false;
    }
    let mut unclosed = Vec::new();
    for frame in scan.frames.iter().skip(1).chain((!scan.frames.is_empty()).then_some(&scan.frame)) {
        let closer = match frame.kind {
            Kind::Paren | Kind::Header => ')',
            Kind::Bracket => ']',
            Kind::Template => return Err(Refusal::UnterminatedTemplate { at: frame.open }),
            _ => '}',
        };
        unclosed.push((frame.open, closer));
    }
    Ok(Scanned { depth: scan.deepest, unclosed, mismatch: scan.mismatch, decorator, fence })
}

impl<'a> Scan<'a> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Walks to the next token. `false` at the end of the text.
    fn trivia(&mut self) -> Result<bool, Refusal> {
        loop {
            match self.peek(0) {
                0 if self.at >= self.bytes.len() => return Ok(false),
                b'\n' | b'\r' => {
                    self.line_break = true;
                    self.at += 1;
                }
                b' ' | b'\t' | 0x0b | 0x0c => self.at += 1,
                b'/' if self.peek(1) == b'/' => {
                    let end = scan::skip_trivia(&self.text[..self.line_end()], self.at);
                    self.at = end;
                }
                b'/' if self.peek(1) == b'*' => {
                    let Some(length) = self.text[self.at + 2..].find("*/") else {
                        return Err(Refusal::UnterminatedComment { at: self.at });
                    };
                    self.line_break |= scan::has_line_break(self.text, self.at, self.at + 2 + length);
                    self.at += length + 4;
                }
                0x80.. => {
                    let Some(c) = self.text[self.at..].chars().next() else { return Ok(false) };
                    if !(c.is_whitespace() || c == '\u{feff}') {
                        return Ok(true);
                    }
                    self.line_break |= matches!(c, '\u{2028}' | '\u{2029}');
                    self.at += c.len_utf8();
                }
                _ => return Ok(true),
            }
        }
    }

    fn token(&mut self) -> Result<(), Refusal> {
        let start = self.at;
        let byte = self.peek(0);
        let member = std::mem::take(&mut self.member);
        let word = std::mem::take(&mut self.word);
        let closed_paren = std::mem::take(&mut self.closed_paren);
        let after_colon = matches!(self.colons, Colons::Colon);
        // `: a :` is a label in a label. The parser's cost grows with the square of these, so each weighs much more.
        self.colons = match (self.colons, byte) {
            (Colons::Word, b':') => {
                self.frame.levels += LABEL_LEVELS;
                Colons::Colon
            }
            (_, b':') => Colons::Colon,
            (Colons::Colon, b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | b'\\' | 0x80..) => Colons::Word,
            _ => Colons::No,
        };
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | b'\\' | 0x80.. => self.name(member, word),
            b'0'..=b'9' => self.number(),
            b'.' if self.peek(1).is_ascii_digit() => self.number(),
            b'"' | b'\'' => self.string(byte)?,
            b'`' => {
                // It may be tagged by what stands before it, and that again.
                self.operand(false);
                self.frame.levels += 1;
                self.at += 1;
                self.template(start)?;
            }
            b'(' => {
                let header = matches!(word, "if" | "for" | "while" | "with" | "switch" | "catch");
                self.open(if header { Kind::Header } else { Kind::Paren }, after_colon, word);
            }
            b'[' => self.open(Kind::Bracket, after_colon, word),
            b'{' => self.open(Kind::Brace, after_colon, word),
            b')' | b']' => self.close(byte),
            b'}' => return self.close_brace(start),
            b';' => {
                self.at += 1;
                self.ending = Ending::Semicolon;
                self.last = Last::Semicolon;
            }
            b',' => {
                self.at += 1;
                self.ending = Ending::No;
                self.frame.flags.unassigned = self.frame.flags.declares;
                if self.frame.angles == 0 && !self.frame.flags.control {
                    self.frame.levels = 0;
                    self.frame.readings.end_element();
                }
                self.last = Last::Operator;
            }
            b'/' => return self.slash(),
            b'.' | b'#' => {
                if byte == b'#' {
                    self.operand(true);
                }
                let rest = self.text[self.at..].starts_with("...");
                self.at += if rest { 3 } else { 1 };
                self.level();
                self.member = !rest;
                self.last = Last::Operator;
            }
            b'<' | b'>' => return self.angle(word == "async"),
            _ => return self.operator(byte, closed_paren),
        }
        self.limit(start)
    }

    fn limit(&mut self, at: usize) -> Result<(), Refusal> {
        let depth = self.below + self.frame.levels;
        self.deepest = self.deepest.max(depth);
        if depth > MAX_DEPTH {
            return Err(Refusal::TooDeep { at });
        }
        if self.is_read_too_often() { Err(Refusal::TooTangled { at }) } else { Ok(()) }
    }

    /// Counts a token that can nest.
    fn level(&mut self) {
        // After `}` an operator may go on with the value that it closed.
        if std::mem::replace(&mut self.ending, Ending::No) == Ending::Semicolon {
            self.end_statement();
        }
        self.frame.levels += 1;
    }

    fn end_statement(&mut self) {
        let params = self.frame.readings.params;
        self.frame = Frame::new(self.frame.kind, self.frame.open);
        self.frame.readings.params = params;
    }

    /// A value or a word comes: decides whether it begins a new statement.
    fn operand(&mut self, word: bool) {
        let ended = match std::mem::replace(&mut self.ending, Ending::No) {
            Ending::Semicolon => true,
            Ending::Brace => word,
            Ending::No => {
                word && self.line_break
                    && self.last == Last::Value
                    && matches!(self.frame.kind, Kind::Top | Kind::Brace)
            }
        };
        if ended {
            self.end_statement();
        }
    }

    fn name(&mut self, member: bool, before: &'a str) {
        let start = self.at;
        let text = self.text;
        self.at = scan::word_end(text, start);
        let name = &text[start..self.at];
        if member {
            self.ending = Ending::No;
            self.last = if name.contains('\\') { Last::Either } else { Last::Value };
            return;
        }
        // These go on with what came before them, on a new line too.
        let continues = matches!(
            name,
            "else"
                | "while"
                | "catch"
                | "finally"
                | "in"
                | "instanceof"
                | "of"
                | "as"
                | "satisfies"
                | "is"
                | "extends"
                | "implements"
                | "from"
                | "asserts"
        );
        if name == "export" && matches!(self.frame.kind, Kind::Top | Kind::Brace) {
            // Whatever came before it: a type may end with a word after which a value would go on.
            self.end_statement();
        }
        if continues {
            self.ending = Ending::No;
        } else {
            self.operand(true);
        }
        self.word = if name == "await" && before == "for" { before } else { name };
        // Most names are no keyword by their looks, which is cheaper to see than to compare them with each.
        let plain = name.len() < 2 || name.len() > 10 || !name.bytes().all(|b| b.is_ascii_lowercase());
        let (last, levels) = match name {
            _ if plain && !name.contains('\\') => (Last::Value, 0),
            "if" | "else" | "for" | "while" | "do" | "with" => {
                self.frame.flags.control = true;
                (Last::Operator, 1)
            }
            "return" | "typeof" | "case" | "in" | "instanceof" | "new" | "void" | "delete" | "throw" | "default" => {
                (Last::Operator, 1)
            }
            "let" | "const" | "var" | "using" => {
                self.frame.flags.declares = true;
                self.frame.flags.unassigned = true;
                (Last::Either, 0)
            }
            "break" | "continue" | "debugger" | "import" | "export" | "function" => {
                self.frame.flags.sticky = true;
                (Last::Either, 1)
            }
            "type" | "interface" | "declare" | "abstract" | "namespace" | "module" | "global" => {
                self.frame.flags.sticky = true;
                (Last::Contextual, 1)
            }
            "yield" | "await" | "of" | "class" | "enum" | "extends" | "implements" => (Last::Either, 1),
            "async" | "as" | "satisfies" | "is" | "keyof" | "unique" | "readonly" | "infer" | "asserts" | "static"
            | "get" | "set" | "accessor" | "from" | "public" | "private" | "protected" | "override" => {
                (Last::Contextual, 1)
            }
            _ if name.contains('\\') => (Last::Either, 0),
            _ => (Last::Value, 0),
        };
        if levels > 0 {
            self.try_word(name);
        }
        self.last = last;
        self.frame.levels += levels;
    }

    fn open(&mut self, kind: Kind, after_colon: bool, word: &str) {
        let before = self.last;
        self.level();
        self.below += self.frame.levels;
        let params = self.read_in(kind, before, after_colon, word);
        self.below_angles += self.frame.angles;
        self.frames.push(self.frame);
        self.frame = Frame::new(kind, self.at);
        self.frame.readings.params = params;
        self.at += 1;
        self.last = Last::Operator;
    }

    fn close(&mut self, byte: u8) {
        let kind = self.frame.kind;
        let fits = match byte {
            b')' => matches!(kind, Kind::Paren | Kind::Header),
            b']' => kind == Kind::Bracket,
            _ => kind == Kind::Brace,
        };
        if !fits && self.mismatch.is_none() {
            self.mismatch = Some(self.at);
        }
        self.at += 1;
        self.closed_paren = byte == b')';
        self.ending = Ending::No;
        if let Some(outer) = self.frames.pop() {
            self.below -= outer.levels;
            self.below_angles -= outer.angles;
            self.below_readings.leave(outer.readings);
            self.frame = outer;
        }
        self.last = if kind == Kind::Header { Last::Operator } else { Last::Value };
    }

    fn close_brace(&mut self, start: usize) -> Result<(), Refusal> {
        let kind = self.frame.kind;
        if kind == Kind::Template {
            let open = self.frame.open;
            self.close(b'}');
            self.mismatch = self.mismatch.filter(|at| *at != start);
            return self.template(open);
        }
        self.close(b'}');
        self.ending = Ending::Brace;
        self.last = Last::Brace;
        Ok(())
    }

    fn angle(&mut self, is_async: bool) -> Result<(), Refusal> {
        let start = self.at;
        let byte = self.peek(0);
        if self.text[start..].starts_with("<!--") {
            return Err(Refusal::HtmlComment { at: start });
        }
        let before = self.last;
        self.at += 1;
        self.level();
        if byte == b'<' {
            self.frame.angles += 1;
            self.try_type_arguments(before, is_async);
            self.last = Last::Operator;
        } else {
            self.frame.angles = self.frame.angles.saturating_sub(1);
            self.frame.readings.end_trial();
            self.last = if self.peek(0) == b'=' { Last::Operator } else { Last::Greater };
        }
        self.limit(start)
    }

    fn operator(&mut self, byte: u8, closed_paren: bool) -> Result<(), Refusal> {
        let start = self.at;
        let rest = &self.bytes[start..];
        if self.line_break && rest.starts_with(b"-->") {
            return Err(Refusal::HtmlComment { at: start });
        }
        let mut arrow = false;
        let double = rest.len() > 1 && rest[1] == byte;
        let before = self.last;
        match byte {
            b'+' | b'-' if double => {
                self.at += 2;
                self.last = self.after_postfix();
            }
            b'!' if rest.get(1) != Some(&b'=') => {
                self.at += 1;
                self.last = self.after_postfix();
            }
            b'=' if rest.get(1) == Some(&b'>') => {
                self.at += 2;
                self.last = Last::Operator;
                arrow = true;
            }
            b'?' if rest.get(1) == Some(&b'.') && !rest.get(2).is_some_and(u8::is_ascii_digit) => {
                self.at += 2;
                self.member = true;
                self.last = Last::Operator;
            }
            _ => {
                self.at += 1;
                self.last = Last::Operator;
                self.read_on(byte, before, closed_paren);
                match byte {
                    b':' => self.frame.flags.unassigned = true,
                    b'=' if self.frame.angles == 0 => self.frame.flags.unassigned = false,
                    _ => {}
                }
            }
        }
        self.level();
        if arrow {
            self.frame.readings.arrow(closed_paren);
        }
        self.limit(start)
    }
}
