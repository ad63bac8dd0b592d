//! A model's card as HTML.

use pulldown_cmark::{Alignment, Event, Options, Parser, Tag, TagEnd, html};

/// HTML of a card's Markdown, without its front matter.
///
/// A card may come from anyone: HTML in it is shown as text, pictures are left out, and links lead
/// to the web only.
pub(crate) fn to_html(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let (mut front_matter, mut linked) = (false, false);
    let events = Parser::new_ext(markdown, options).filter_map(|event| match event {
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
        // Alignment would be written as `style` attributes, which the page's policy forbids.
        Event::Start(Tag::Table(columns)) => Some(Event::Start(Tag::Table(
            columns.iter().map(|_| Alignment::None).collect(),
        ))),
        // A card's relative links name files that are not served.
        Event::Start(Tag::Link { ref dest_url, .. }) => {
            linked = dest_url.starts_with("https://") || dest_url.starts_with("http://");
            linked.then_some(event)
        }
        Event::End(TagEnd::Link) => linked.then_some(event),
        other => Some(other),
    });
    let mut html = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut html, events);
    html
}

#[cfg(test)]
mod tests {
    use super::to_html;

    #[test]
    fn front_matter_is_left_out() {
        let html = to_html("---\nlicense: mit\n---\n\n# Model\n\nTells *moods*.");
        assert_eq!(html, "<h1>Model</h1>\n<p>Tells <em>moods</em>.</p>\n");
    }

    #[test]
    fn nothing_in_a_card_can_act() {
        let html = to_html(
            "<script>alert(1)</script>\n\nA <b onclick=x>b</b> \
             [link](javascript:alert(1)) ![x](https://example.org/track.png)\n\n\
             | a |\n|--:|\n| 1 |\n",
        );
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("<b "), "{html}");
        assert!(!html.contains("javascript:"), "{html}");
        assert!(!html.contains("<img"), "{html}");
        assert!(!html.contains("style="), "{html}");
        assert!(html.contains("<td>1</td>"), "{html}");
    }
}
