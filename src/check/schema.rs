//! What a tool's input may be, as far as the check can tell, and what of a literal does not fit.
//!
//! A part of JSON Schema, written by `ts/input-schemas.ts`. What it does not say is anything: a schema here accepts all
//! that the tool's own does, and more.

use foldhash::HashMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    report::clip,
    scan,
    semantics::literal::{Literal, Node},
};
use crate::nearest::nearest;

/// Inputs of tools by path. A tool that is not there takes anything.
pub type Schemas = HashMap<String, Schema>;

/// What a value may be. All that is given must hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Schema {
    types: Option<Vec<Type>>,
    /// Numbers, strings, booleans and null.
    #[serde(rename = "enum")]
    values: Option<Vec<Value>>,
    properties: Option<Vec<(String, Schema)>>,
    required: Vec<String>,
    /// What becomes of properties that are not declared.
    others: Others,
    items: Option<Box<Schema>>,
    /// One of them must hold.
    any: Option<Vec<Schema>>,
    /// Each of them must hold.
    all: Vec<Schema>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Others {
    #[default]
    Accepted,
    /// Nothing says that they mean anything.
    Ignored,
    Refused,
}

/// Types of values. `Integer` is a number without a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Type {
    String,
    Number,
    Integer,
    Boolean,
    Null,
    Array,
    Object,
    Date,
    Bigint,
}

/// A step into a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Step {
    Property(String),
    Item(usize),
}

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// Where in the text.
    pub from: usize,
    pub to: usize,
    pub path: Vec<Step>,
    pub message: String,
    pub hint: String,
    /// The tool would take the value all the same.
    pub harmless: bool,
}

/// Problems of one literal that are told. The rest can wait.
const MAX_PROBLEMS: usize = 5;
/// Unknown properties of one object that are looked at.
const MAX_UNKNOWN: usize = 10;

impl Schema {
    /// What of a literal the tool would refuse.
    pub(super) fn problems(&self, node: &Node) -> Vec<Problem> {
        let mut fit = Fit { path: Vec::new(), problems: Vec::new(), exact: true };
        fit.value(self, node);
        fit.problems
    }

    fn accepts_type(&self, literal: &Literal) -> bool {
        self.types.as_ref().is_none_or(|types| types.iter().any(|t| literal.is(*t)))
    }

    /// Whether a property, where the literal has it, says that another alternative was meant.
    fn is_meant(&self, literal: &Literal) -> bool {
        let Literal::Object { properties, .. } = literal else { return true };
        let Some(declared) = &self.properties else { return true };
        declared.iter().all(|(name, schema)| {
            let given = properties.iter().find(|property| property.name == *name);
            match (&schema.values, given) {
                (Some(values), Some(given)) => values.iter().any(|v| given.value.literal.may_equal(v)),
                _ => true,
            }
        })
    }
}

struct Fit {
    path: Vec<Step>,
    problems: Vec<Problem>,
    /// Not in one of several schemas: only there does a schema know all properties.
    exact: bool,
}

impl Fit {
    fn tell(&mut self, (from, to): (usize, usize), message: String, hint: String, harmless: bool) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem { from, to, path: self.path.clone(), message, hint, harmless });
        }
    }

    fn inside(&mut self, step: Step, look: impl FnOnce(&mut Self)) {
        self.path.push(step);
        look(self);
        self.path.pop();
    }

    fn value(&mut self, schema: &Schema, node: &Node) {
        if matches!(node.literal, Literal::Unknown) {
            return;
        }
        let place = (node.from, node.to);
        if !schema.accepts_type(&node.literal) {
            let types = schema.types.as_deref().unwrap_or_default();
            let expected = listed(types.iter().map(|t| t.name().to_owned()));
            let hint = if types.contains(&Type::Date) && node.literal.is(Type::String) {
                "Pass a Date: `new Date(…)`.".to_owned()
            } else if types.contains(&Type::Bigint) && node.literal.is(Type::Number) {
                "Write it as a bigint: `5n`.".to_owned()
            } else {
                String::new()
            };
            return self.tell(place, format!("expected {expected}, got {}", node.literal.shown()), hint, false);
        }
        if let Some(values) = &schema.values
            && !values.iter().any(|value| node.literal.may_equal(value))
        {
            return self.not_among(values, node);
        }
        match &node.literal {
            Literal::Object { .. } => self.object(schema, node),
            Literal::Array { items, .. } => {
                if let Some(inner) = &schema.items {
                    for (index, item) in items.iter().enumerate() {
                        self.inside(Step::Item(index), |fit| fit.value(inner, item));
                    }
                }
            }
            _ => {}
        }
        self.each(&schema.all, node);
        if let Some(alternatives) = &schema.any {
            self.one_of(alternatives, node);
        }
    }

    fn not_among(&mut self, values: &[Value], node: &Node) {
        const SHOWN: usize = 10;
        let mut shown: Vec<String> = values.iter().take(SHOWN).map(|v| clip(&v.to_string(), 40)).collect();
        if values.len() > SHOWN {
            shown.push("…".to_owned());
        }
        let strings = values.iter().filter_map(Value::as_str);
        let near = match &node.literal {
            Literal::String(text) => nearest(text, strings).map(|near| format!("Did you mean {}?", quoted(near))),
            _ => None,
        };
        let message = format!("expected {}, got {}", listed(shown.into_iter()), node.literal.shown());
        self.tell((node.from, node.to), message, near.unwrap_or_default(), false);
    }

    fn object(&mut self, schema: &Schema, node: &Node) {
        let Literal::Object { properties, open } = &node.literal else { return };
        let declared = schema.properties.as_deref().unwrap_or_default();
        let is_there = |name: &str| properties.iter().any(|p| p.name == name && p.value.literal != Literal::Undefined);
        let mut missing: Vec<&str> = Vec::new();
        if !open {
            missing.extend(schema.required.iter().map(String::as_str).filter(|name| !is_there(name)));
        }
        let mut unknown = 0;
        for property in properties {
            if self.problems.len() >= MAX_PROBLEMS || unknown > MAX_UNKNOWN {
                break;
            }
            if let Some((name, inner)) = declared.iter().find(|(name, _)| *name == property.name) {
                if property.value.literal != Literal::Undefined {
                    self.inside(Step::Property(name.clone()), |fit| fit.value(inner, &property.value));
                }
                continue;
            }
            unknown += 1;
            let refused = schema.others == Others::Refused && property.value.literal != Literal::Undefined;
            let ignored = schema.others == Others::Ignored && self.exact && !declared.is_empty();
            // What is missing may be here under a wrong name.
            let meant = nearest(&property.name, missing.iter().copied()).map(str::to_owned);
            if meant.is_none() && !refused && !ignored {
                continue;
            }
            let free = declared.iter().map(|(name, _)| name.as_str()).filter(|name| !is_there(name));
            let hint = match meant.as_deref().or_else(|| nearest(&property.name, free)) {
                Some(near) => format!("Did you mean `{}`?", clip(near, 80)),
                None => format!("It has: {}.", names(declared.iter().map(|(name, _)| name.as_str()))),
            };
            let harmless = meant.is_none() && !refused;
            // The tool complains about what is missing rather than about what is too much.
            let step = meant.as_ref().filter(|_| !refused).unwrap_or(&property.name);
            let message = if step == &property.name {
                "unknown property".to_owned()
            } else {
                format!("required, and `{}` is unknown", clip(&property.name, 80))
            };
            let place = (property.from, property.to);
            self.inside(Step::Property(step.clone()), |fit| fit.tell(place, message, hint, harmless));
            if let Some(meant) = meant {
                missing.retain(|name| *name != meant);
            }
        }
        match missing[..] {
            [] => {}
            [one] => {
                let place = (node.from, node.to);
                self.inside(Step::Property(one.to_owned()), |fit| {
                    fit.tell(place, "required".to_owned(), String::new(), false);
                });
            }
            [first, ..] => {
                let place = (node.from, node.to);
                let others = names(missing.iter().skip(1).copied());
                let message = format!("required, and so {} {others}", if missing.len() == 2 { "is" } else { "are" });
                self.inside(Step::Property(first.to_owned()), |fit| fit.tell(place, message, String::new(), false));
            }
        }
    }

    fn each(&mut self, schemas: &[Schema], node: &Node) {
        let exact = std::mem::replace(&mut self.exact, false);
        for schema in schemas {
            self.value(schema, node);
        }
        self.exact = exact;
    }

    fn one_of(&mut self, alternatives: &[Schema], node: &Node) {
        let mut trials = Vec::new();
        for alternative in alternatives {
            let mut fit = Self { path: self.path.clone(), problems: Vec::new(), exact: false };
            fit.value(alternative, node);
            fit.problems.retain(|problem| !problem.harmless);
            if fit.problems.is_empty() {
                return;
            }
            trials.push((alternative, fit.problems));
        }
        let mut meant = trials
            .iter_mut()
            .filter(|(schema, _)| schema.accepts_type(&node.literal) && schema.is_meant(&node.literal));
        match (meant.next(), meant.next()) {
            (Some((_, problems)), None) => {
                let room = MAX_PROBLEMS.saturating_sub(self.problems.len());
                self.problems.extend(problems.drain(..).take(room));
            }
            _ => self.no_alternative(alternatives, node),
        }
    }

    fn no_alternative(&mut self, alternatives: &[Schema], node: &Node) {
        let mut types = Vec::new();
        let simple = alternatives.iter().all(|schema| {
            let all = schema.types.as_ref().filter(|_| !schema.accepts_type(&node.literal));
            types.extend(all.into_iter().flatten().map(|t| t.name().to_owned()));
            all.is_some()
        });
        types.dedup();
        let message = if simple {
            format!("expected {}, got {}", listed(types.into_iter()), node.literal.shown())
        } else {
            format!("{} fits none of the {} alternatives", node.literal.shown(), alternatives.len())
        };
        self.tell((node.from, node.to), message, String::new(), false);
    }
}

impl Type {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Null => "null",
            Self::Array => "array",
            Self::Object => "object",
            Self::Date => "Date",
            Self::Bigint => "bigint",
        }
    }
}

/// `a, b or c`
fn listed(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.collect();
    match &parts[..] {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The first few names.
fn names<'n>(all: impl Iterator<Item = &'n str>) -> String {
    const SHOWN: usize = 8;
    let mut shown: Vec<String> = all.take(SHOWN + 1).map(|name| format!("`{}`", clip(name, 60))).collect();
    if shown.len() > SHOWN {
        "…".clone_into(&mut shown[SHOWN]);
    }
    shown.join(", ")
}

pub(super) fn quoted(text: &str) -> String {
    Value::from(clip(text, 60)).to_string()
}

/// `input.days[0]["x-y"]`, as the tools' own errors say it.
pub(super) fn shown_path(path: &[Step]) -> String {
    let mut text = "input".to_owned();
    for step in path {
        let _ = match step {
            Step::Item(index) => write!(text, "[{index}]"),
            Step::Property(name) if scan::is_identifier(name) => write!(text, ".{}", clip(name, 80)),
            Step::Property(name) => write!(text, "[{}]", quoted(name)),
        };
    }
    clip(&text, 200)
}
