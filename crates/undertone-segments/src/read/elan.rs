//! ELAN's annotation documents (`.eaf`).

use std::collections::HashMap;

use roxmltree::{Document, Node};

use crate::check::{filled, segment};
use crate::entry::Entry;
use crate::error::Fault;
use crate::time::seconds;
use crate::{Segment, SegmentFault};

/// Read the annotations of the tiers that stand on their own. Tiers below others divide the same
/// stretches of time again, into words for example.
pub(super) fn read(text: &str) -> Result<Vec<Entry>, Fault> {
    let document = Document::parse(text).map_err(|error| {
        let line = u64::from(error.pos().row);
        SegmentFault::Xml(error.to_string()).at(line)
    })?;
    let root = document.root_element();
    if root.tag_name().name() != "ANNOTATION_DOCUMENT" {
        let root = root.tag_name().name().to_owned();
        return Err(SegmentFault::NotElan { root }.into());
    }
    let slots = Slots::of(root)?;
    let mut entries = Vec::new();
    for tier in children(root, "TIER").filter(|tier| tier.attribute("PARENT_REF").is_none()) {
        let name = tier.attribute("TIER_ID").unwrap_or_default();
        let participant = tier.attribute("PARTICIPANT").and_then(filled);
        let speaker = participant.or_else(|| filled(name));
        for annotation in children(tier, "ANNOTATION")
            .flat_map(|annotation| children(annotation, "ALIGNABLE_ANNOTATION"))
        {
            let value = children(annotation, "ANNOTATION_VALUE").next();
            let part = slots.part(annotation);
            entries.push(Entry {
                tier: Some(name.to_owned()),
                segment: Segment {
                    text: value.and_then(|value| value.text()).and_then(filled),
                    speaker: speaker.clone(),
                    ..part.map_err(|fault| fault.at(line(annotation)))?
                },
                ..Entry::default()
            });
        }
    }
    Ok(entries)
}

fn children<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children()
        .filter(move |child| child.tag_name().name() == name)
}

fn line(node: Node<'_, '_>) -> u64 {
    let start = node.range().start;
    u64::from(node.document().text_pos_at(start).row)
}

/// The seconds of each time slot.
struct Slots<'a>(HashMap<&'a str, f64>);

impl<'a> Slots<'a> {
    /// Read the time slots. Those without a time lie evenly between their neighbors, as in ELAN.
    fn of(root: Node<'a, '_>) -> Result<Self, Fault> {
        let mut slots = HashMap::new();
        let mut open: Vec<&str> = Vec::new();
        let mut last = None;
        for slot in children(root, "TIME_ORDER").flat_map(|order| children(order, "TIME_SLOT")) {
            let Some(id) = slot.attribute("TIME_SLOT_ID") else {
                continue;
            };
            let Some(value) = slot.attribute("TIME_VALUE") else {
                open.push(id);
                continue;
            };
            let time = seconds(value).map_err(|fault| fault.at(line(slot)))? / 1000.0;
            if let Some(last) = last {
                let step = (time - last) / (open.len() + 1) as f64;
                let between = open.iter().enumerate();
                slots.extend(between.map(|(place, &id)| (id, last + step * (place + 1) as f64)));
            }
            open.clear();
            slots.insert(id, time);
            last = Some(time);
        }
        Ok(Self(slots))
    }

    fn part(&self, annotation: Node<'_, '_>) -> Result<Segment, SegmentFault> {
        let time = |attribute: &str| {
            let slot = annotation.attribute(attribute).unwrap_or_default();
            self.0
                .get(slot)
                .copied()
                .ok_or_else(|| SegmentFault::TimeSlot {
                    slot: slot.chars().take(40).collect(),
                })
        };
        segment(time("TIME_SLOT_REF1")?, time("TIME_SLOT_REF2")?)
    }
}
