//! Convert a model card from Markdown to HTML.

use pulldown_cmark::{Alignment, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// Return the HTML of a card's Markdown, without its front matter.
///
/// The text before the first section stays as it is. A section (`##`) with a table or with commands
/// is folded under its heading, so that a reader sees the prose first; a table or commands before
/// the first section are folded on their own.
///
/// A card may come from anyone. HTML in it is shown as text, images are left out, and only links to
/// the web are kept.
pub(crate) fn from_markdown(markdown: &str) -> String {
    let events: Vec<Event<'_>> = harmless(markdown).collect();
    let starts = |event: &Event<'_>| {
        matches!(
            event,
            Event::Start(Tag::Heading {
                level: HeadingLevel::H2,
                ..
            })
        )
    };
    let mut html = String::with_capacity(markdown.len() * 3 / 2);
    let mut rest = events.as_slice();
    while !rest.is_empty() {
        let following = rest[1..].iter().position(starts);
        let (section, others) = rest.split_at(following.map_or(rest.len(), |at| at + 1));
        if !section.first().is_some_and(starts) {
            push_introduction(&mut html, section);
        } else if section.iter().any(is_detail) {
            push_folded(&mut html, section);
        } else {
            push(&mut html, section);
        }
        rest = others;
    }
    html
}

/// Return the events of a card without front matter, markup, images and links to files.
fn harmless(markdown: &str) -> impl Iterator<Item = Event<'_>> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let (mut front_matter, mut linked) = (false, false);
    Parser::new_ext(markdown, options).filter_map(move |event| match event {
        Event::Start(Tag::MetadataBlock(_)) => {
            front_matter = true;
            None
        }
        Event::End(TagEnd::MetadataBlock(_)) => {
            front_matter = false;
            None
        }
        _ if front_matter => None,
        Event::Html(html) | Event::InlineHtml(html) => Some(Event::Text(html)),
        Event::Start(Tag::HtmlBlock | Tag::Image { .. })
        | Event::End(TagEnd::HtmlBlock | TagEnd::Image) => None,
        // Alignment becomes `style` attributes, which the page's content security policy forbids.
        Event::Start(Tag::Table(columns)) => Some(Event::Start(Tag::Table(
            columns.iter().map(|_| Alignment::None).collect(),
        ))),
        // A card's relative links point to files that the server does not have.
        Event::Start(Tag::Link { ref dest_url, .. }) => {
            linked = dest_url.starts_with("https://") || dest_url.starts_with("http://");
            linked.then_some(event)
        }
        Event::End(TagEnd::Link) => linked.then_some(event),
        other => Some(other),
    })
}

fn push(html: &mut String, events: &[Event<'_>]) {
    html::push_html(html, events.iter().cloned());
}

/// Return whether a table or commands start here.
fn is_detail(event: &Event<'_>) -> bool {
    matches!(event, Event::Start(Tag::Table(_) | Tag::CodeBlock(_)))
}

/// Append a section that is folded under its heading.
fn push_folded(html: &mut String, section: &[Event<'_>]) {
    let ends = |event: &Event<'_>| matches!(event, Event::End(TagEnd::Heading(_)));
    let end = section.iter().position(ends).unwrap_or(section.len());
    html.push_str("<details><summary>");
    push(html, section.get(1..end).unwrap_or_default());
    html.push_str("</summary>\n");
    push(html, section.get(end + 1..).unwrap_or_default());
    html.push_str("</details>\n");
}

/// Append what stands before the first section, with its tables and commands folded.
fn push_introduction(html: &mut String, mut events: &[Event<'_>]) {
    while let Some(start) = events.iter().position(is_detail) {
        let (before, from) = events.split_at(start);
        push(html, before);
        let (title, is_end): (_, fn(&Event<'_>) -> bool) = match from.first() {
            Some(Event::Start(Tag::Table(_))) => {
                ("Table", |event| matches!(event, Event::End(TagEnd::Table)))
            }
            _ => ("Commands", |event| {
                matches!(event, Event::End(TagEnd::CodeBlock))
            }),
        };
        let end = from.iter().position(is_end).map_or(from.len(), |at| at + 1);
        let (detail, after) = from.split_at(end);
        html.push_str("<details><summary>");
        html.push_str(title);
        html.push_str("</summary>\n");
        push(html, detail);
        html.push_str("</details>\n");
        events = after;
    }
    push(html, events);
}

#[cfg(test)]
mod tests {
    use super::from_markdown;

    #[test]
    fn front_matter_is_left_out() {
        let html = from_markdown("---\nlicense: mit\n---\n\n# Model\n\nTells *moods*.");
        assert_eq!(html, "<h1>Model</h1>\n<p>Tells <em>moods</em>.</p>\n");
    }

    #[test]
    fn sections_with_tables_or_commands_are_folded() {
        let html = from_markdown(
            "# Model\n\nRight 7 times in 10.\n\n```\nundertone predict\n```\n\nNot for hiring.\n\n\
             ## Limits\n\nIt knows adults.\n\n\
             ## Scores *of today*\n\nOn voices:\n\n| a |\n|--:|\n| 1 |\n\n### By corpus\n\nFew.\n\n\
             ## Training\n\n```\nundertone train\n```\n",
        );
        let expected = "<h1>Model</h1>\n<p>Right 7 times in 10.</p>\n\
             <details><summary>Commands</summary>\n\
             <pre><code>undertone predict\n</code></pre>\n</details>\n\
             <p>Not for hiring.</p>\n\
             <h2>Limits</h2>\n<p>It knows adults.</p>\n\
             <details><summary>Scores <em>of today</em></summary>\n<p>On voices:</p>\n\
             <table><thead><tr><th>a</th></tr></thead><tbody>\n<tr><td>1</td></tr>\n\
             </tbody></table>\n<h3>By corpus</h3>\n<p>Few.</p>\n</details>\n\
             <details><summary>Training</summary>\n\
             <pre><code>undertone train\n</code></pre>\n</details>\n";
        assert_eq!(html, expected);
    }

    #[test]
    fn scripts_and_images_in_a_card_are_removed() {
        let html = from_markdown(
            "<script>alert(1)</script>\n\nA <b onclick=x>b</b> \
             [link](javascript:alert(1)) ![x](https://example.org/track.png)\n\n\
             ## <b onclick=x>Scores</b>\n\n| a |\n|--:|\n| 1 |\n",
        );
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("<b "), "{html}");
        assert!(!html.contains("javascript:"), "{html}");
        assert!(!html.contains("<img"), "{html}");
        assert!(!html.contains("style="), "{html}");
        assert!(html.contains("<td>1</td>"), "{html}");
    }
}
