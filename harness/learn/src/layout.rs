//! Where the nodes and edges of a graph stand, in layers from top to bottom (Sugiyama, Tagawa and Toda 1981): each node one layer
//! below the first that leads to it, the label of each edge in a layer between.
//!
//! In: sizes of nodes and labels, and which node leads to which. Out: the middle of each, and the lines between. Edges within a layer
//! and back to a higher one begin like the others, at the bottom, or end at the bottom: arrows tell their way.

mod arranged;

use std::collections::{BTreeMap, VecDeque};

/// Room between layers.
const BETWEEN_LAYERS: f64 = 46.0;
/// Width of an edge that passes through a layer.
const PASSING: f64 = 12.0;
/// How much of a side of a box has lines that begin or end there.
const SIDE: f64 = 0.8;

/// A point.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

/// The size of a box.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
}

/// An edge from one node to another.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// The number of the node that it comes from.
    pub from: usize,
    /// The number of the node that it leads to.
    pub to: usize,
    /// The size of its label.
    pub label: Size,
}

/// A graph, whose first node stands at the top.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// The sizes of its nodes.
    pub nodes: Vec<Size>,
    /// Its edges, none from a node to itself.
    pub edges: Vec<Edge>,
}

/// Where everything stands.
#[derive(Clone, Debug, Default)]
pub struct Laid {
    /// The middle of each node.
    pub nodes: Vec<Point>,
    /// The edges, in their order.
    pub edges: Vec<Line>,
    /// What it all takes.
    pub size: Size,
}

/// An edge that has its place.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// From the node to the label.
    pub before: Vec<Point>,
    /// The middle of the label.
    pub label: Point,
    /// From the label to the node.
    pub after: Vec<Point>,
}

/// What stands in a layer: a node, the label of an edge, an edge that passes.
#[derive(Clone, Copy, Debug)]
struct Cell {
    size: Size,
    layer: usize,
    x: f64,
}

/// An end of a line: the edge's number, whether it is of the part behind the label, and whether that begins there.
type End = (usize, bool, bool);

/// A graph on its way: every edge a chain of cells from layer to layer.
struct Layers {
    cells: Vec<Cell>,
    /// The cells of each layer, from left to right.
    layers: Vec<Vec<usize>>,
    /// Neighbours one layer up and one layer down.
    up: Vec<Vec<usize>>,
    down: Vec<Vec<usize>>,
    /// Of each edge its cells from the node that it comes from to the one that it leads to, both included; and which of them is
    /// the label.
    chains: Vec<(Vec<usize>, usize)>,
}

impl Graph {
    /// Finds a place for everything.
    pub fn laid(&self) -> Laid {
        let mut layers = self.layers();
        layers.order();
        layers.place();
        layers.laid(self.nodes.len())
    }

    /// The layer of each node, from 0: how many edges lead to it from the first.
    fn ranks(&self) -> Vec<usize> {
        let mut ranks: Vec<Option<usize>> = vec![None; self.nodes.len()];
        for first in 0..self.nodes.len() {
            if ranks[first].is_some() {
                continue;
            }
            ranks[first] = Some(0);
            let mut queue = VecDeque::from([(first, 0)]);
            while let Some((node, rank)) = queue.pop_front() {
                for edge in self.edges.iter().filter(|edge| edge.from == node) {
                    if ranks[edge.to].is_none() {
                        ranks[edge.to] = Some(rank + 1);
                        queue.push_back((edge.to, rank + 1));
                    }
                }
            }
        }
        ranks.into_iter().map(Option::unwrap_or_default).collect()
    }

    /// Every node in every second layer, every label in one of those between.
    fn layers(&self) -> Layers {
        let ranks = self.ranks();
        let cells = self.nodes.iter().zip(&ranks).map(|(size, rank)| Cell { size: *size, layer: 2 * rank, x: 0.0 });
        let mut layers =
            Layers { cells: cells.collect(), layers: Vec::new(), up: Vec::new(), down: Vec::new(), chains: Vec::new() };
        for Edge { from, to, label } in &self.edges {
            let (high, low) = if ranks[*from] <= ranks[*to] { (*from, *to) } else { (*to, *from) };
            let (top, bottom) = (2 * ranks[high], 2 * ranks[low]);
            // The label of an edge within a layer is below it, that of another in the middle of its way.
            let middle = if top == bottom { top + 1 } else { ((top + bottom) / 2) | 1 };
            let mut chain = vec![high];
            for layer in top + 1..bottom.max(top + 2) {
                chain.push(layers.cells.len());
                let size = if layer == middle { *label } else { Size { width: PASSING, height: 0.0 } };
                layers.cells.push(Cell { size, layer, x: 0.0 });
            }
            chain.push(low);
            let mut label = middle - top;
            if high != *from {
                chain.reverse();
                label = chain.len() - 1 - label;
            }
            layers.chains.push((chain, label));
        }
        let count = layers.cells.iter().map(|cell| cell.layer + 1).max().unwrap_or(0);
        layers.layers = (0..count)
            .map(|layer| (0..layers.cells.len()).filter(|cell| layers.cells[*cell].layer == layer).collect())
            .collect();
        layers.up = vec![Vec::new(); layers.cells.len()];
        layers.down = vec![Vec::new(); layers.cells.len()];
        for (chain, _) in &layers.chains {
            for pair in chain.windows(2) {
                let (high, low) = match layers.cells[pair[0]].layer < layers.cells[pair[1]].layer {
                    true => (pair[0], pair[1]),
                    false => (pair[1], pair[0]),
                };
                layers.down[high].push(low);
                layers.up[low].push(high);
            }
        }
        layers
    }
}

impl Layers {
    fn laid(&self, nodes: usize) -> Laid {
        let left = self.cells.iter().map(|cell| cell.x - cell.size.width / 2.0).fold(f64::INFINITY, f64::min);
        let right = self.cells.iter().map(|cell| cell.x + cell.size.width / 2.0).fold(0.0, f64::max);
        let heights =
            self.layers.iter().map(|layer| layer.iter().map(|cell| self.cells[*cell].size.height).fold(0.0, f64::max));
        let (mut middles, mut y) = (Vec::new(), 0.0);
        for height in heights {
            middles.push(y + height / 2.0);
            y += height + BETWEEN_LAYERS;
        }
        if self.cells.is_empty() {
            return Laid::default();
        }
        let middle = |cell: usize| Point { x: self.cells[cell].x - left, y: middles[self.cells[cell].layer] };
        let ends = self.ends();
        let part = |chain: &[usize], number: usize, after: bool| -> Vec<Point> {
            let last = chain.len().saturating_sub(1);
            let point = |(place, cell): (usize, &usize)| {
                let at = middle(*cell);
                let Some(towards) =
                    (if place == 0 { chain.get(1) } else { chain.get(place - 1).filter(|_| place == last) })
                else {
                    return at;
                };
                // A line begins and ends at the side of its box that is towards the next point.
                let half = self.cells[*cell].size.height / 2.0;
                let down = self.cells[*cell].layer < self.cells[*towards].layer;
                let aside = ends.get(&(number, after, place == 0)).copied().unwrap_or_default();
                Point { x: at.x + aside, y: if down { at.y + half } else { at.y - half } }
            };
            chain.iter().enumerate().map(point).collect()
        };
        let edges = self.chains.iter().enumerate().map(|(number, (chain, label))| Line {
            before: part(&chain[..=*label], number, false),
            label: middle(chain[*label]),
            after: part(&chain[*label..], number, true),
        });
        Laid {
            nodes: (0..nodes).map(middle).collect(),
            edges: edges.collect(),
            size: Size { width: right - left, height: y - BETWEEN_LAYERS },
        }
    }

    /// How far from the middle of its box each line begins and ends: those of a side beside each other, in the order of where they
    /// lead.
    fn ends(&self) -> BTreeMap<End, f64> {
        let mut sides: BTreeMap<(usize, bool), Vec<(f64, End)>> = BTreeMap::new();
        for (number, (chain, label)) in self.chains.iter().enumerate() {
            for (part, after) in [(&chain[..=*label], false), (&chain[*label..], true)] {
                let ends = [(part.first(), part.get(1), true), (part.last(), part.iter().rev().nth(1), false)];
                for (cell, towards, begins) in ends {
                    let (Some(cell), Some(towards)) = (cell, towards) else { continue };
                    let down = self.cells[*cell].layer < self.cells[*towards].layer;
                    sides.entry((*cell, down)).or_default().push((self.cells[*towards].x, (number, after, begins)));
                }
            }
        }
        let mut ends = BTreeMap::new();
        for ((cell, _), mut side) in sides {
            side.sort_by(|one, other| one.0.total_cmp(&other.0));
            let count = side.len() as f64;
            for (place, (_, end)) in side.into_iter().enumerate() {
                let share = (place as f64 + 0.5) / count - 0.5;
                ends.insert(end, self.cells[cell].size.width * SIDE * share);
            }
        }
        ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: Size = Size { width: 100.0, height: 30.0 };
    const LABEL: Size = Size { width: 60.0, height: 20.0 };

    fn laid(nodes: usize, edges: &[(usize, usize)]) -> Laid {
        let edges = edges.iter().map(|(from, to)| Edge { from: *from, to: *to, label: LABEL }).collect();
        Graph { nodes: vec![NODE; nodes], edges }.laid()
    }

    /// Whether two boxes have something in common.
    fn overlap((one, a): (Point, Size), (other, b): (Point, Size)) -> bool {
        (one.x - other.x).abs() < (a.width + b.width) / 2.0 && (one.y - other.y).abs() < (a.height + b.height) / 2.0
    }

    #[test]
    fn no_box_of_a_crowded_graph_lies_on_another_or_outside() {
        let edges: Vec<(usize, usize)> = (0..9)
            .flat_map(|from| (0..9).map(move |to| (from, to)))
            .filter(|(from, to)| from != to && (from * 7 + to) % 3 > 0)
            .collect();
        let laid = laid(9, &edges);
        let nodes = laid.nodes.iter().map(|at| (*at, NODE));
        let all: Vec<_> = nodes.chain(laid.edges.iter().map(|edge| (edge.label, LABEL))).collect();
        for (number, one) in all.iter().enumerate() {
            assert!(all[number + 1..].iter().all(|other| !overlap(*one, *other)), "{one:?}");
            let (at, size) = *one;
            assert!(at.x - size.width / 2.0 > -0.01 && at.x + size.width / 2.0 < laid.size.width + 0.01, "{one:?}");
            assert!(at.y - size.height / 2.0 > -0.01 && at.y + size.height / 2.0 < laid.size.height + 0.01, "{one:?}");
        }
    }

    #[test]
    fn a_chain_stands_in_one_column_and_a_way_back_ends_where_it_should() {
        let laid = laid(3, &[(0, 1), (1, 2), (2, 0)]);
        assert!(laid.nodes[0].y < laid.nodes[1].y && laid.nodes[1].y < laid.nodes[2].y);
        let back = &laid.edges[2];
        let (first, last) = (back.before.first().copied(), back.after.last().copied());
        assert_eq!(first.map(|point| point.y), Some(laid.nodes[2].y - NODE.height / 2.0));
        assert_eq!(last.map(|point| point.y), Some(laid.nodes[0].y + NODE.height / 2.0));
        assert!(last.is_some_and(|point| (point.x - laid.nodes[0].x).abs() < NODE.width / 2.0));
    }

    #[test]
    fn two_edges_that_need_not_cross_do_not() {
        let laid = laid(5, &[(0, 1), (0, 2), (1, 4), (2, 3)]);
        assert_eq!(laid.nodes[1].x < laid.nodes[2].x, laid.nodes[4].x < laid.nodes[3].x);
    }

    #[test]
    fn a_graph_of_nothing_takes_nothing() {
        assert_eq!(laid(0, &[]).size, Size::default());
        assert_eq!(laid(1, &[]).size, NODE);
    }
}
