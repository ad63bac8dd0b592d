//! Circles in a graph.

use std::collections::BTreeSet;

use crate::graph::Edges;

/// Find the groups of modules that reach each other, each sorted by name.
pub(crate) fn circles(edges: &Edges) -> Vec<Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for start in edges.keys() {
        if seen.contains(start) {
            continue;
        }
        let ahead = reachable(edges, start);
        if !ahead.contains(start) {
            continue;
        }
        let circle: Vec<String> = ahead
            .into_iter()
            .filter(|module| reachable(edges, module).contains(start))
            .collect();
        seen.extend(circle.iter().cloned());
        found.push(circle);
    }
    found
}

/// The modules that `start` reaches over one import or more.
fn reachable(edges: &Edges, start: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut next = vec![start.to_owned()];
    while let Some(module) = next.pop() {
        for target in edges.get(&module).into_iter().flatten() {
            if reached.insert(target.clone()) {
                next.push(target.clone());
            }
        }
    }
    reached
}
