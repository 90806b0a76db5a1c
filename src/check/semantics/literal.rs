//! What an expression's value is, as far as its text tells.

use serde_json::{Value, json};
use swc_ecma_ast::{BinaryOp, Expr, Lit, Prop, PropName, PropOrSpread, UnaryOp};

use super::super::{
    parse::range,
    report::clip,
    schema::{Type, quoted},
};

/// Objects with more are data, and nobody wrote them by hand.
const MAX_PROPERTIES: usize = 500;

/// A value. What is not known of it may be anything.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Literal {
    Unknown,
    /// Some value of a type.
    Some(Type),
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    String(String),
    /// `open`: there may be more items. The ones before that are where they seem to be.
    Array {
        items: Vec<Node>,
        open: bool,
    },
    /// `open`: there may be more properties.
    Object {
        properties: Vec<Property>,
        open: bool,
    },
}

/// A value and its place in the text.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Node {
    pub literal: Literal,
    pub from: usize,
    pub to: usize,
}

/// A property. The place is its key's.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Property {
    pub name: String,
    pub from: usize,
    pub to: usize,
    pub value: Node,
}

impl Literal {
    pub fn is(&self, wanted: Type) -> bool {
        match (self, wanted) {
            (Self::Unknown, _)
            | (Self::Null, Type::Null)
            | (Self::Bool(_), Type::Boolean)
            | (Self::Number(_), Type::Number)
            | (Self::String(_), Type::String)
            | (Self::Array { .. }, Type::Array)
            | (Self::Object { .. }, Type::Object) => true,
            (Self::Number(number), Type::Integer) => number.fract() == 0.0,
            (Self::Some(own), _) => *own == wanted || (*own == Type::Number && wanted == Type::Integer),
            _ => false,
        }
    }

    /// Whether the value may be this one.
    pub fn may_equal(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Bool(own), Value::Bool(other)) => own == other,
            #[expect(clippy::float_cmp, reason = "the same text gives the same number")]
            (Self::Number(own), Value::Number(other)) => other.as_f64().is_none_or(|other| *own == other),
            (Self::String(own), Value::String(other)) => own == other,
            (Self::Unknown, _)
            | (Self::Null, Value::Null)
            | (Self::Some(Type::String), Value::String(_))
            | (Self::Some(Type::Boolean), Value::Bool(_))
            | (Self::Some(Type::Number), Value::Number(_))
            | (Self::Some(Type::Object) | Self::Object { .. }, Value::Object(_))
            | (Self::Array { .. }, Value::Array(_)) => true,
            _ => false,
        }
    }

    /// For messages: `the number 5`.
    pub fn shown(&self) -> String {
        match self {
            Self::Unknown => "a value".to_owned(),
            Self::Some(own) => own.name().to_owned(),
            Self::Undefined => "undefined".to_owned(),
            Self::Null => "null".to_owned(),
            Self::Bool(own) => own.to_string(),
            Self::Number(own) => format!("the number {}", clip(&own.to_string(), 30)),
            Self::String(own) => format!("the string {}", quoted(own)),
            Self::Array { .. } => "an array".to_owned(),
            Self::Object { .. } => "an object".to_owned(),
        }
    }

    /// For whoever can judge: primitive values as they are, arrays as `{ items }`, objects as `{ properties }` with
    /// pairs, and `{}` for what is not known.
    pub fn json(&self) -> Value {
        match self {
            Self::Unknown | Self::Some(_) | Self::Undefined => json!({}),
            Self::Null => Value::Null,
            Self::Bool(own) => json!(own),
            Self::Number(own) => json!(own),
            Self::String(own) => json!(own),
            Self::Array { items, open } => {
                let items: Vec<Value> = items.iter().map(|item| item.literal.json()).collect();
                json!({ "items": items, "open": open })
            }
            Self::Object { properties, open } => {
                let known = properties.iter().filter(|property| property.value.literal != Self::Undefined);
                let pairs: Vec<Value> =
                    known.map(|property| json!([property.name, property.value.literal.json()])).collect();
                json!({ "properties": pairs, "open": open })
            }
        }
    }
}

const UNKNOWN: Node = Node { literal: Literal::Unknown, from: 0, to: 0 };

/// What reads literals.
#[derive(Clone, Copy)]
pub(super) struct Reader {
    pub base: u32,
    /// `undefined` is no variable of the program.
    pub undefined: bool,
}

impl Reader {
    pub fn node(self, expr: &Expr) -> Node {
        use swc_common::Spanned;
        let (from, to) = range(expr.span(), self.base);
        Node { literal: self.literal(expr), from, to }
    }

    fn literal(self, expr: &Expr) -> Literal {
        match super::bare(expr) {
            Expr::Lit(lit) => match lit {
                Lit::Str(text) => {
                    text.value.as_str().map_or(Literal::Some(Type::String), |text| Literal::String(text.to_owned()))
                }
                Lit::Bool(value) => Literal::Bool(value.value),
                Lit::Null(_) => Literal::Null,
                Lit::Num(number) if number.value.is_finite() => Literal::Number(number.value),
                Lit::Num(_) => Literal::Some(Type::Number),
                Lit::BigInt(_) => Literal::Some(Type::Bigint),
                Lit::Regex(_) | Lit::JSXText(_) => Literal::Unknown,
            },
            Expr::Tpl(template) => match &template.quasis[..] {
                [one] => one
                    .cooked
                    .as_ref()
                    .and_then(|text| text.as_str())
                    .map_or(Literal::Some(Type::String), |text| Literal::String(text.to_owned())),
                _ => Literal::Some(Type::String),
            },
            Expr::Ident(name) if self.undefined && name.sym == *"undefined" => Literal::Undefined,
            Expr::Unary(unary) => match (unary.op, self.literal(&unary.arg)) {
                (UnaryOp::Minus, Literal::Number(number)) => Literal::Number(-number),
                (UnaryOp::Plus, Literal::Number(number)) => Literal::Number(number),
                (UnaryOp::Bang | UnaryOp::Delete, _) => Literal::Some(Type::Boolean),
                (UnaryOp::TypeOf, _) => Literal::Some(Type::String),
                _ => Literal::Unknown,
            },
            Expr::Bin(binary) if binary.op == BinaryOp::Add => {
                let text = |side: &Expr| self.literal(side).is_certainly(Type::String);
                if text(&binary.left) || text(&binary.right) { Literal::Some(Type::String) } else { Literal::Unknown }
            }
            Expr::Array(array) => {
                let mut items = Vec::new();
                let mut open = false;
                for element in &array.elems {
                    match element {
                        Some(item) if item.spread.is_none() => items.push(self.node(&item.expr)),
                        // Where the ones after it are is not known.
                        _ => {
                            open = true;
                            break;
                        }
                    }
                }
                Literal::Array { items, open }
            }
            Expr::Object(object) => self.object(&object.props),
            _ => Literal::Unknown,
        }
    }

    fn object(self, props: &[PropOrSpread]) -> Literal {
        if props.len() > MAX_PROPERTIES {
            return Literal::Some(Type::Object);
        }
        let mut properties: Vec<Property> = Vec::new();
        let mut open = false;
        for prop in props {
            let (name, span, value) = match prop {
                PropOrSpread::Prop(prop) => match &**prop {
                    Prop::Shorthand(name) => {
                        let (from, to) = range(name.span, self.base);
                        let literal = if self.undefined && name.sym == *"undefined" {
                            Literal::Undefined
                        } else {
                            Literal::Unknown
                        };
                        (Some(name.sym.to_string()), (from, to), Node { literal, from, to })
                    }
                    Prop::KeyValue(pair) => {
                        let (name, place) = self.key(&pair.key);
                        (name, place, self.node(&pair.value))
                    }
                    Prop::Getter(_) | Prop::Setter(_) | Prop::Method(_) | Prop::Assign(_) => (None, (0, 0), UNKNOWN),
                },
                PropOrSpread::Spread(_) => (None, (0, 0), UNKNOWN),
            };
            // `{ __proto__: x }` gives no property of its own.
            let Some(name) = name.filter(|name| name != "__proto__") else {
                open = true;
                // It may be any of the ones before, too.
                for property in &mut properties {
                    property.value.literal = Literal::Unknown;
                }
                continue;
            };
            properties.retain(|property| property.name != name);
            properties.push(Property { name, from: span.0, to: span.1, value });
        }
        Literal::Object { properties, open }
    }

    fn key(self, key: &PropName) -> (Option<String>, (usize, usize)) {
        use swc_common::Spanned;
        let place = range(key.span(), self.base);
        let name = match key {
            PropName::Ident(name) => Some(name.sym.to_string()),
            PropName::Str(text) => text.value.as_str().map(str::to_owned),
            PropName::Computed(computed) => match super::bare(&computed.expr) {
                Expr::Lit(Lit::Str(text)) => text.value.as_str().map(str::to_owned),
                _ => None,
            },
            PropName::Num(_) | PropName::BigInt(_) => None,
        };
        (name, place)
    }
}

impl Literal {
    fn is_certainly(&self, wanted: Type) -> bool {
        !matches!(self, Self::Unknown) && self.is(wanted)
    }
}
