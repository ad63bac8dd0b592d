//! Convert a model card from Markdown to HTML.

use pulldown_cmark::{Alignment, Event, Options, Parser, Tag, TagEnd, html};

/// Return the HTML of a card's Markdown, without its front matter.
///
/// A card may come from anyone. HTML in it is shown as text, images are left out, and only links to
/// the web are kept.
pub(crate) fn from_markdown(markdown: &str) -> String {
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
    });
    let mut html = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut html, events);
    html
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
    fn scripts_and_images_in_a_card_are_removed() {
        let html = from_markdown(
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
