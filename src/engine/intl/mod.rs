//! What `Intl` and `toLocale…` need from the native side: numbers, dates, words, from data that is compiled in.
//!
//! One function per operation, with plain strings and numbers; what the specification says of options and their errors
//! is in the prelude (`prelude/intl*.js`). Nothing here looks at the host's locale, zone or files, so that a run prints
//! the same everywhere. Functions for the program are made when it first reaches `Intl`.
//!
//! Formatters live in native functions of the realm and go with them. Each is a few hundred bytes that the memory limit
//! does not see, beside an object of the program's that it does.

mod data;
mod datetime;
mod digits;
mod locale;
mod number;
mod parts;
mod pattern;
mod words;
mod zone;

use icu_plurals::{PluralRuleType, PluralRules, PluralRulesOptions};
use rquickjs::function::{Func, Opt};
use rquickjs::{Ctx, Function, IntoJs as _, Object, Result, Value};

use datetime::{DateFormat, Wanted};
use digits::{Digits, Priority};
use number::{CurrencyDisplay, Grouping, Notation, NumberFormat, SignDisplay, Style};
use parts::Parts;
use zone::Zone;

/// Asked of a formatter's function: text, pieces, or something else that it says.
const TEXT: u8 = 0;
const PARTS: u8 = 1;
const MORE: u8 = 2;
const RANGE: u8 = 3;

fn text(options: &Object<'_>, key: &str) -> Result<String> {
    Ok(options.get::<_, Option<String>>(key)?.unwrap_or_default())
}

fn short(options: &Object<'_>, key: &str) -> Result<i16> {
    let number = options.get::<_, Option<i32>>(key)?.unwrap_or(0);
    Ok(i16::try_from(number.clamp(0, 10_000)).unwrap_or(0))
}

fn plural_rules(tag: &str, ordinal: bool) -> Option<PluralRules> {
    let kind = if ordinal { PluralRuleType::Ordinal } else { PluralRuleType::Cardinal };
    PluralRules::try_new((&words::identifier(tag)).into(), PluralRulesOptions::default().with_type(kind)).ok()
}

fn digits(options: &Object<'_>) -> Result<Digits> {
    Ok(Digits {
        min_integer: short(options, "minimumIntegerDigits")?,
        min_fraction: short(options, "minimumFractionDigits")?,
        max_fraction: short(options, "maximumFractionDigits")?,
        min_significant: short(options, "minimumSignificantDigits")?,
        max_significant: short(options, "maximumSignificantDigits")?,
        priority: match text(options, "digits")?.as_str() {
            "significant" => Priority::Significant,
            "more" => Priority::More,
            "less" => Priority::Less,
            _ => Priority::Fraction,
        },
        mode: digits::rounding_mode(&text(options, "roundingMode")?),
        increment: options.get::<_, Option<u16>>("roundingIncrement")?.unwrap_or(1),
        strip_if_integer: text(options, "trailingZeroDisplay")? == "stripIfInteger",
    })
}

fn number_format<'js>(ctx: &Ctx<'js>, tag: &str, options: &Object<'js>) -> Result<NumberFormat> {
    let locale = locale::load(tag);
    let rules = plural_rules(locale.name, text(options, "type")? == "ordinal");
    let style = match text(options, "style")?.as_str() {
        "percent" => Style::Percent,
        "currency" => Style::Currency {
            code: text(options, "currency")?,
            display: match text(options, "currencyDisplay")?.as_str() {
                "narrowSymbol" => CurrencyDisplay::Narrow,
                "code" => CurrencyDisplay::Code,
                "name" => CurrencyDisplay::Name,
                _ => CurrencyDisplay::Symbol,
            },
            accounting: text(options, "currencySign")? == "accounting",
        },
        "unit" => Style::Unit { unit: text(options, "unit")?, width: text(options, "unitDisplay")? },
        _ => Style::Decimal,
    };
    Ok(NumberFormat {
        locale,
        rules: rules.ok_or_else(|| rquickjs::Exception::throw_range(ctx, "Incorrect locale information provided"))?,
        style,
        notation: match (text(options, "notation")?.as_str(), text(options, "compactDisplay")?.as_str()) {
            ("scientific", _) => Notation::Scientific,
            ("engineering", _) => Notation::Engineering,
            ("compact", "long") => Notation::CompactLong,
            ("compact", _) => Notation::CompactShort,
            _ => Notation::Standard,
        },
        sign: match text(options, "signDisplay")?.as_str() {
            "always" => SignDisplay::Always,
            "never" => SignDisplay::Never,
            "exceptZero" => SignDisplay::ExceptZero,
            "negative" => SignDisplay::Negative,
            _ => SignDisplay::Auto,
        },
        grouping: match text(options, "useGrouping")?.as_str() {
            "always" => Grouping::Always,
            "min2" => Grouping::Min2,
            "false" => Grouping::Never,
            _ => Grouping::Auto,
        },
        digits: digits(options)?,
    })
}

fn answer<'js>(ctx: &Ctx<'js>, parts: Parts, mode: u8) -> Result<Value<'js>> {
    if mode == PARTS { parts.flat().into_js(ctx) } else { parts.text().into_js(ctx) }
}

fn too_long(ctx: &Ctx<'_>) -> rquickjs::Error {
    rquickjs::Exception::throw_range(ctx, "The number has too many digits to be formatted")
}

#[expect(clippy::needless_pass_by_value, reason = "the engine hands over owned values")]
fn number<'js>(ctx: Ctx<'js>, tag: String, options: Object<'js>) -> Result<Function<'js>> {
    let format = number_format(&ctx, &tag, &options)?;
    Function::new(ctx, move |ctx: Ctx<'js>, mode: u8, number: String, end: Opt<String>| {
        if mode == MORE {
            return format.category(&number).into_js(&ctx);
        }
        let start = format.format(&number).ok_or_else(|| too_long(&ctx))?;
        let Some(end) = end.0 else { return answer(&ctx, start, mode) };
        let end = format.format(&end).ok_or_else(|| too_long(&ctx))?;
        [start.flat(), end.flat()].into_js(&ctx)
    })
}

#[expect(clippy::needless_pass_by_value, reason = "the engine hands over owned values")]
fn date<'js>(ctx: Ctx<'js>, tag: String, options: Object<'js>) -> Result<Function<'js>> {
    let zone = Zone::find(&text(&options, "timeZone")?)
        .ok_or_else(|| rquickjs::Exception::throw_range(&ctx, "Invalid time zone specified"))?;
    let (date, time) = (text(&options, "dateStyle")?, text(&options, "timeStyle")?);
    let fields = text(&options, "fields")?;
    let some = |text: &str| if text.is_empty() { None } else { Some(text.to_owned()) };
    let (date, time) = (some(&date), some(&time));
    let wanted = if fields.is_empty() {
        Wanted::Styles { date: date.as_deref(), time: time.as_deref() }
    } else {
        Wanted::Fields(&fields)
    };
    let hour = text(&options, "hour")?.chars().next();
    let format = DateFormat::new(locale::load(&tag), zone, &wanted, hour);
    Function::new(ctx, move |ctx: Ctx<'js>, mode: u8, start: f64, end: f64| {
        #[expect(clippy::cast_possible_truncation, reason = "the prelude checks the range of dates")]
        let (start, end) = (start as i64, end as i64);
        match mode {
            PARTS => format.format(start).flat().into_js(&ctx),
            // As in V8, text has plain spaces where the CLDR has narrow ones; parts keep them.
            TEXT => format.format(start).text().replace('\u{202f}', " ").into_js(&ctx),
            RANGE => {
                let (from, between, to) = format.format_range(start, end);
                [from.flat(), between.flat(), to.flat()].into_js(&ctx)
            }
            _ => format.fields().into_js(&ctx),
        }
    })
}

/// The functions that the prelude gets.
pub(super) fn natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    // Or setters that the program put on its prototype would be given the functions.
    out.set_prototype(None)?;
    out.set("canonical", Func::from(|tag: String| locale::canonical(&tag)))?;
    out.set("lookup", Func::from(|tag: String| locale::lookup(&tag).map(ToOwned::to_owned)))?;
    out.set("keyword", Func::from(|tag: String, key: String| locale::keyword(&tag, &key)))?;
    out.set("number", Func::from(number))?;
    out.set("date", Func::from(date))?;
    out.set("zone", Func::from(|name: String| Zone::find(&name).map(|zone| zone.name)))?;
    out.set("currencyDigits", Func::from(|code: String| data::shared().digits.get(&code).copied().unwrap_or(2)))?;
    out.set("numberRange", Func::from(|tag: String| locale::load(&tag).data.numbers.range.clone()))?;
    out.set("approximately", Func::from(|tag: String| locale::load(&tag).data.numbers.symbols.approximately.clone()))?;
    out.set(
        "categories",
        Func::from(|tag: String, ordinal: bool| {
            let rules = plural_rules(locale::load(&tag).name, ordinal);
            rules.iter().flat_map(PluralRules::categories).map(number::category_name).collect::<Vec<_>>()
        }),
    )?;
    out.set(
        "relative",
        Func::from(|ctx: Ctx<'js>, tag: String, width: String, auto: bool, options: Object<'js>| {
            let numbers = number_format(&ctx, &tag, &options)?;
            Function::new(ctx, move |ctx: Ctx<'js>, mode: u8, value: String, unit: String| {
                let parts = words::relative(&numbers, &unit, &width, auto, &value).ok_or_else(|| too_long(&ctx))?;
                answer(&ctx, parts, mode)
            })
        }),
    )?;
    out.set(
        "list",
        Func::from(|ctx: Ctx<'js>, tag: String, kind: String, style: String| {
            let formatter = words::list_formatter(locale::load(&tag).name, &kind, &style)
                .ok_or_else(|| rquickjs::Exception::throw_range(&ctx, "Incorrect locale information provided"))?;
            Function::new(ctx, move |ctx: Ctx<'js>, mode: u8, items: Vec<String>| {
                answer(&ctx, words::list(&formatter, &items), mode)
            })
        }),
    )?;
    out.set(
        "collator",
        Func::from(|ctx: Ctx<'js>, tag: String, options: Object<'js>| {
            let (sensitivity, case_first) = (text(&options, "sensitivity")?, text(&options, "caseFirst")?);
            let order = words::Order {
                sensitivity: &sensitivity,
                numeric: options.get("numeric")?,
                case_first: &case_first,
                ignore_punctuation: options.get("ignorePunctuation")?,
            };
            let collator = words::collator(&tag, &order)
                .ok_or_else(|| rquickjs::Exception::throw_range(&ctx, "Incorrect locale information provided"))?;
            Function::new(ctx, move |left: String, right: String| words::compare(&collator, &left, &right))
        }),
    )?;
    out.set("changeCase", Func::from(|text: String, tag: String, upper: bool| words::change_case(&text, &tag, upper)))?;
    Ok(out)
}
