//! In which order operations can be done, where some of them must wait for others.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The places of a list in an order in which each comes after those that it must wait for, and else as they stand: of
/// those that could be next, the first is. Those that wait for each other in a circle are given as one list, ascending.
pub(super) fn order(after: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let (circles, circle_of) = circles(after);
    let mut waits_for = vec![0_usize; circles.len()];
    let mut waiting: Vec<Vec<usize>> = vec![Vec::new(); circles.len()];
    for (place, others) in after.iter().enumerate() {
        let circle = circle_of[place];
        for other in others.iter().map(|other| circle_of[*other]) {
            if other != circle {
                waits_for[circle] += 1;
                waiting[other].push(circle);
            }
        }
    }
    let first = |circle: usize| Reverse((circles[circle][0], circle));
    let mut ready: BinaryHeap<_> = (0..circles.len())
        .filter(|circle| waits_for[*circle] == 0)
        .map(first)
        .collect();
    let mut order = Vec::with_capacity(circles.len());
    while let Some(Reverse((_, done))) = ready.pop() {
        order.push(circles[done].clone());
        for circle in &waiting[done] {
            waits_for[*circle] -= 1;
            if waits_for[*circle] == 0 {
                ready.push(first(*circle));
            }
        }
    }
    order
}

/// The strongly connected components, each ascending, and which of them each place is in (Tarjan, 1972).
fn circles(after: &[Vec<usize>]) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut search = Search {
        after,
        number: vec![None; after.len()],
        oldest: vec![0; after.len()],
        open: Vec::new(),
        seen: 0,
        circle_of: vec![None; after.len()],
        circles: Vec::new(),
    };
    for place in 0..after.len() {
        if search.number[place].is_none() {
            search.visit(place);
        }
    }
    let circle_of = search.circle_of.into_iter().flatten().collect();
    (search.circles, circle_of)
}

struct Search<'a> {
    after: &'a [Vec<usize>],
    /// When each place was seen first.
    number: Vec<Option<usize>>,
    /// The earliest open place that can be reached from each.
    oldest: Vec<usize>,
    /// Seen, and not yet in a circle.
    open: Vec<usize>,
    seen: usize,
    circle_of: Vec<Option<usize>>,
    circles: Vec<Vec<usize>>,
}

impl Search<'_> {
    /// As deep as there are places, which are 1000 at most.
    fn visit(&mut self, place: usize) {
        let own = self.seen;
        self.seen += 1;
        self.number[place] = Some(own);
        self.oldest[place] = own;
        self.open.push(place);
        let after = self.after;
        for other in &after[place] {
            match self.number[*other] {
                None => {
                    self.visit(*other);
                    self.oldest[place] = self.oldest[place].min(self.oldest[*other]);
                }
                Some(number) if self.circle_of[*other].is_none() => {
                    self.oldest[place] = self.oldest[place].min(number);
                }
                Some(_) => {}
            }
        }
        if self.oldest[place] != own {
            return;
        }
        let start = self.open.iter().rposition(|open| *open == place);
        let mut circle = self.open.split_off(start.unwrap_or_default());
        circle.sort_unstable();
        for member in &circle {
            self.circle_of[*member] = Some(self.circles.len());
        }
        self.circles.push(circle);
    }
}
