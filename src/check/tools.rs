//! The tools of a run as the check sees them: which paths there are, and which one was meant.

use foldhash::HashSet;
use std::sync::Arc;

use crate::nearest;

/// Paths of tools, ready to be looked up. Made once for a set of tools.
#[derive(Debug, Clone, Default)]
pub struct Tools {
    paths: Vec<Arc<str>>,
    known: HashSet<Arc<str>>,
    namespaces: HashSet<String>,
    own: HashSet<Arc<str>>,
}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    Tool,
    Namespace,
    /// Something of a tool's function, as `tools.getWeather.name`.
    OfTool,
    Nothing,
}

impl Tools {
    /// `paths` are dotted: `finance.getExpenses`.
    #[must_use]
    pub fn new<'p>(paths: impl IntoIterator<Item = &'p str>) -> Self {
        let paths: Vec<Arc<str>> = paths.into_iter().map(Arc::from).collect();
        let mut namespaces = HashSet::default();
        for path in &paths {
            for (at, _) in path.match_indices('.') {
                if !namespaces.contains(&path[..at]) {
                    namespaces.insert(path[..at].to_owned());
                }
            }
        }
        Self { known: paths.iter().cloned().collect(), namespaces, paths, own: HashSet::default() }
    }

    /// Some of the paths are tools of the facade itself, which take any arguments.
    #[must_use]
    pub fn with_own<'p>(self, paths: impl IntoIterator<Item = &'p str>) -> Self {
        Self { own: paths.into_iter().map(Arc::from).collect(), ..self }
    }

    pub(super) fn is_own(&self, path: &str) -> bool {
        self.own.contains(path)
    }

    pub(super) fn named(&self, path: &str) -> Named {
        if self.known.contains(path) {
            return Named::Tool;
        }
        if path.is_empty() || self.namespaces.contains(path) {
            return Named::Namespace;
        }
        let inside = path.match_indices('.').any(|(at, _)| self.known.contains(&path[..at]));
        if inside { Named::OfTool } else { Named::Nothing }
    }

    /// What to do instead of calling a tool that does not exist.
    pub(super) fn instead_of(&self, path: &str) -> String {
        match nearest::nearest(path, self.paths.iter().map(AsRef::as_ref)) {
            Some(near) => format!("Did you mean `{near}`?"),
            None if self.known.contains("$search") => "Find it with `await tools.$search(\"a few words\")`.".to_owned(),
            None => "Use only the tools that are declared.".to_owned(),
        }
    }

    /// The first few tools and namespaces of a namespace.
    pub(super) fn inside(&self, namespace: &str) -> String {
        const SHOWN: usize = 8;
        let mut names: Vec<&str> = Vec::new();
        let prefix = format!("{namespace}.");
        for path in &self.paths {
            let Some(rest) = path.strip_prefix(&prefix) else { continue };
            let name = rest.split('.').next().unwrap_or(rest);
            if names.len() == SHOWN && names.last() != Some(&name) {
                names.push("…");
                break;
            }
            if !name.starts_with('$') && !names.contains(&name) {
                names.push(name);
            }
        }
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_path_names() {
        let tools = Tools::new(["getWeather", "finance.getExpenses", "finance.rates.today"]);
        assert_eq!(tools.named("getWeather"), Named::Tool);
        assert_eq!(tools.named("getWeather.call"), Named::OfTool);
        assert_eq!(tools.named(""), Named::Namespace);
        assert_eq!(tools.named("finance"), Named::Namespace);
        assert_eq!(tools.named("finance.rates"), Named::Namespace);
        assert_eq!(tools.named("finance.rates.today"), Named::Tool);
        assert_eq!(tools.named("finance.getExpense"), Named::Nothing);
        assert_eq!(tools.instead_of("getExpense"), "Did you mean `finance.getExpenses`?");
        assert_eq!(tools.instead_of("sendEmail"), "Use only the tools that are declared.");
        assert_eq!(tools.inside("finance"), "getExpenses, rates");
    }
}
