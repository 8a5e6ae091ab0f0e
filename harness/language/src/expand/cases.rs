//! Tables of cases: a scenario that stands once for each `case` in it, with the values of that case.
//!
//! In: a scenario as it is written. Out: one scenario for each case, called by the scenario's name and the case's, "name,
//! case", its place that of the case; without cases, the scenario itself. Of `on` and `fails` with `case=` those are left that
//! are of this case.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Work;
use super::declare::Declared;
use super::fill::Scope;
use crate::fault;
use offhook_base::Span;
use offhook_scenario::{Variable, Variant};
use offhook_schema::{Binding, Document, Node, Problem, listed, nearest, quoted};

/// A row of the table.
#[derive(Debug)]
struct Row {
    name: String,
    at: Span,
    /// Its place among the scenario's words.
    index: usize,
    /// In the order of the row.
    columns: Vec<(Arc<Binding>, Span)>,
    /// The variables that its values are made of.
    used: BTreeSet<String>,
}

impl Work {
    /// Adds what a scenario becomes, and what each is a case of.
    pub(super) fn scenario(
        &mut self,
        node: Node,
        declared: &Declared,
        document: &Document,
        nodes: &mut Vec<Node>,
        variants: &mut Vec<Variant>,
    ) {
        let rows = self.rows(&node, declared);
        if rows.is_empty() {
            let (node, variant) = self.variant(node, Scope::of(declared, BTreeMap::new()), &[], None);
            nodes.push(node);
            variants.push(variant);
            return;
        }
        let whole = !document.is_damaged(node.whole);
        let mut used = BTreeSet::new();
        for row in &rows {
            if !self.takes(&node, row.at) {
                return;
            }
            let mut columns: BTreeMap<String, Option<Arc<Binding>>> =
                row.columns.iter().map(|(binding, _)| (binding.name.clone(), Some(binding.clone()))).collect();
            self.missing(row, &rows, declared, whole, &mut columns);
            let mut scope = Scope::of(declared, columns);
            scope.used.clone_from(&row.used);
            let (node, variant) = self.variant(node.clone(), scope, &rows, Some(row));
            used.extend(variant.variables.iter().map(|variable| variable.name.clone()));
            nodes.push(node);
            variants.push(variant);
        }
        // What nothing uses is a slip of the pen, here or there.
        let mut told: Vec<&str> = Vec::new();
        for (binding, at) in
            rows.iter().flat_map(|row| &row.columns).filter(|(it, _)| whole && !used.contains(&it.name))
        {
            if !told.contains(&binding.name.as_str()) {
                told.push(&binding.name);
                let message = format!("nothing in this scenario uses `${}`", binding.name);
                let problem = Problem::new(fault::BAD_CASE, message, *at, "has no effect");
                self.problems
                    .push(problem.help(format!("write ${} where its value belongs, or remove it", binding.name)));
            }
        }
    }

    /// The cases of a scenario.
    fn rows(&mut self, scenario: &Node, declared: &Declared) -> Vec<Row> {
        let mut rows = Vec::new();
        for (index, case) in scenario.children().iter().enumerate().filter(|(_, node)| node.name == "case") {
            let mut scope = Scope::of(declared, BTreeMap::new());
            let mut case = case.clone();
            self.fill(&mut case, &mut scope, None);
            let column = |entry: &offhook_schema::Entry| {
                let (name, at) = entry.name.clone()?;
                let (value, place) = (entry.as_text()?, entry.span);
                Some((Arc::new(Binding { name, value, place, label: "its value in this case" }), at))
            };
            let columns: Vec<_> = case.entries.iter().filter_map(column).collect();
            let values = columns.iter().map(|(binding, _)| format!("{}={}", binding.name, binding.value));
            let name = match case.arguments().next().and_then(|entry| entry.text()) {
                Some(name) => name.to_owned(),
                None => values.collect::<Vec<_>>().join(" "),
            };
            if name.is_empty() {
                let problem =
                    Problem::new(fault::BAD_CASE, "this case has neither a name nor a value", case.head, "empty");
                self.problems.push(problem.help("for example: case \"slow\" speed=9600"));
                continue;
            }
            rows.push(Row { name, at: case.head, index, columns, used: scope.used });
        }
        rows
    }

    /// Each case gives each column a value, unless a variable has one for all; `whole`: nothing of the scenario was lost to
    /// a slip.
    fn missing(
        &mut self,
        row: &Row,
        rows: &[Row],
        declared: &Declared,
        whole: bool,
        columns: &mut BTreeMap<String, Option<Arc<Binding>>>,
    ) {
        for (binding, at) in rows.iter().flat_map(|row| &row.columns) {
            if columns.contains_key(&binding.name) || declared.variable(&binding.name).is_some() {
                continue;
            }
            columns.insert(binding.name.clone(), None);
            // What a slip took away, or made a column, is told at the slip.
            if !whole {
                continue;
            }
            let message = format!("this case gives `{}` no value", binding.name);
            let problem = Problem::new(fault::BAD_CASE, message, row.at, format!("{}= is missing", binding.name));
            let help = format!("add {0}=, or give it a value for all cases: variable \"{0}\" ...", binding.name);
            self.problems.push(problem.also(*at, "given here").help(help));
        }
    }

    /// A scenario with everything in its place, as this case of it.
    fn variant(&mut self, mut node: Node, mut scope: Scope<'_>, rows: &[Row], row: Option<&Row>) -> (Node, Variant) {
        if let Some(entry) = node.entries.iter_mut().find(|entry| entry.name.is_none()) {
            self.fill_entry(entry, &mut scope, None);
            if let (Some(row), Some(name)) = (row, entry.text()) {
                entry.fill(format!("{name}, {}", row.name), Vec::new());
                entry.span = row.at;
            }
        }
        let written = node.block.as_mut().map(|block| std::mem::take(&mut block.nodes)).unwrap_or_default();
        let mut children = Vec::new();
        for (index, mut child) in written.into_iter().enumerate() {
            if child.name == "case" && row.is_some_and(|row| row.index != index) {
                continue;
            }
            if let Some(row) = row {
                self.only_of(row, rows, &mut child);
            }
            if child.name == "server" {
                if let Some(block) = &mut child.block {
                    let written = std::mem::take(&mut block.nodes);
                    block.nodes = self.block(written, &mut scope, None);
                }
                for entry in &mut child.entries {
                    self.fill_entry(entry, &mut scope, None);
                }
            } else if child.name != "case" {
                self.fill(&mut child, &mut scope, None);
            }
            children.push(child);
        }
        if let Some(block) = &mut node.block {
            block.nodes = children;
        }
        (node, told(scope, row))
    }

    /// Takes out of a node what is for other cases than this one.
    fn only_of(&mut self, row: &Row, rows: &[Row], node: &mut Node) {
        let Some(block) = &mut node.block else { return };
        block.nodes.retain_mut(|node| {
            let ours = matches!(node.name.as_str(), "on" | "fails");
            let Some(case) = node.property("case").filter(|_| ours) else { return true };
            let (Some(name), at) = (case.text(), case.span) else { return true };
            if !rows.iter().any(|row| row.name == name) {
                let problem = Problem::new(fault::BAD_CASE, format!("there is no case `{name}`"), at, "no such case");
                let names = rows.iter().map(|row| row.name.as_str());
                self.problems.push(match nearest(name, names.clone()) {
                    Some(near) => problem.help(format!("did you mean \"{near}\"?")),
                    None => problem.help(format!("there is {}", listed(&quoted(names), "and"))),
                });
                return false;
            }
            let kept = name == row.name;
            node.entries.retain(|entry| entry.name.as_ref().is_none_or(|(name, _)| name != "case"));
            kept
        });
        block.nodes.iter_mut().for_each(|node| self.only_of(row, rows, node));
    }
}

/// What is told of a scenario's case and of its variables: its columns, then what else it uses.
fn told(scope: Scope<'_>, row: Option<&Row>) -> Variant {
    let Scope { declared, columns, used, .. } = scope;
    let own = row.into_iter().flat_map(|row| &row.columns).map(|(binding, _)| binding.clone());
    let own: Vec<Arc<Binding>> = own.filter(|binding| used.contains(&binding.name)).collect();
    let others =
        used.iter().filter(|name| !columns.contains_key(*name)).filter_map(|name| declared.variable(name).cloned());
    let variable =
        |binding: Arc<Binding>, set| Variable { name: binding.name.clone(), value: binding.value.clone(), set };
    Variant {
        case: row.map(|row| row.name.clone()),
        variables: own
            .into_iter()
            .map(|binding| variable(binding, false))
            .chain(others.map(|binding| (declared.is_set(&binding.name), binding)).map(|(set, it)| variable(it, set)))
            .collect(),
    }
}
