//! The ways in which people and programs write the formats.

use undertone_segments::{Segment, SegmentError, read};

fn read_text(name: &str, text: impl AsRef<[u8]>) -> Result<Vec<Segment>, SegmentError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    read(&path)
}

/// Return start, end, speaker and text of each segment.
fn rows(name: &str, text: impl AsRef<[u8]>) -> Vec<(f64, f64, String, String)> {
    let segments = read_text(name, text).unwrap();
    let row = |segment: Segment| {
        let speaker = segment.speaker.unwrap_or_default();
        let text = segment.text.unwrap_or_default();
        (segment.start, segment.end, speaker, text)
    };
    segments.into_iter().map(row).collect()
}

fn row(start: f64, end: f64, speaker: &str, text: &str) -> (f64, f64, String, String) {
    (start, end, speaker.to_owned(), text.to_owned())
}

/// Return the error without the folder.
fn error(name: &str, text: impl AsRef<[u8]>) -> String {
    let error = read_text(name, text).unwrap_err().to_string();
    error[error.find(name).unwrap()..].to_owned()
}

#[test]
fn columns_of_tables_have_many_names() {
    let expected = [row(1.5, 2.5, "", "hi"), row(60.0, 61.0, "", "you")];
    for text in [
        "start,end,text\n1.5,2.5,hi\n60,61,you\n",
        "Onset;Offset;Label\n1,5;2,5;hi\n60;61;you\n",
        "begin\tduration\ttranscript\n1.5\t1\t\"hi\"\n60\t1\tyou\n",
        "offset,duration,text\n1.5,1,hi\n60,1,you\n",
        "start_ms,end_ms,text\n1500,2500,hi\n60000,61000,you\n",
        "Start (s),End (s),Text\n1.5,2.5,hi\n1:00,1:01,you\n",
        "tmin\ttext\ttmax\n1.5\thi\t2.5\n60\tyou\t61\n",
        "file,start,end,text\na.wav,0 days 00:00:01.5,0 days 00:00:02.5,hi\n\
         a.wav,0 days 00:01:00,0 days 00:01:01,you\n",
        "1.5,2.5,hi\n60,61,you\n",
        "\u{feff}start,end,text\r\n1.5,2.5,hi\r\n\r\n60,61,you\r\n",
        "start,end,text\n60,61,you\n1.5,2.5,hi\n",
    ] {
        assert_eq!(rows("a.csv", text), expected, "{text}");
    }
}

#[test]
fn speakers_and_channels_of_tables_are_read() {
    let text = "start,end,speaker,channel\n0,1,A,left\n1,2,,1\n2,3,B,\n";
    let found = read_text("a.csv", text).unwrap();
    let channels: Vec<_> = found.iter().map(|segment| segment.channel).collect();
    assert_eq!(channels, [Some(0), Some(1), None]);
    assert_eq!(found[1].speaker, None);
    assert_eq!(found[2].speaker.as_deref(), Some("B"));
}

#[test]
fn labels_of_audacity_are_read_without_points_and_frequencies() {
    let text = "0.500000\t1.250000\thello \"you\"\n\\\t100.0\t2000.0\n2.000000\t2.000000\tpoint\n\
                3.000000\t4.000000\n";
    assert_eq!(
        rows("labels.txt", text),
        [row(0.5, 1.25, "", "hello \"you\""), row(3.0, 4.0, "", "")]
    );
}

#[test]
fn the_tab_delimited_export_of_elan_is_read() {
    let expected = [
        row(0.5, 1.25, "Anna", "hello"),
        row(2.0, 3.0, "tier B", "5"),
    ];
    for text in [
        "tier A\tAnna\t00:00:00.500\t00:00:01.250\t00:00:00.750\thello\n\
         tier B\t\t00:00:02.000\t00:00:03.000\t00:00:01.000\t5\n",
        "tier A\tAnna\t0.500\t500\t1.250\t1250\t0.750\t750\thello\n\
         tier B\t\t2.000\t2000\t3.000\t3000\t1.000\t1000\t5\n",
        "tier A\tAnna\t500\t1250\thello\ntier B\t\t2000\t3000\t5\n",
        "Tier\tParticipant\tBegin Time - hh:mm:ss.ms\tBegin Time - msec\tEnd Time - hh:mm:ss.ms\t\
         Duration - ss.msec\tAnnotation\n\
         tier A\tAnna\t00:00:00.500\t500\t00:00:01.250\t0.750\thello\n\
         tier B\t\t00:00:02.000\t2000\t00:00:03.000\t1.000\t5\n",
    ] {
        assert_eq!(rows("elan.txt", text), expected, "{text}");
    }
    let columns = "Begin Time - msec\tEnd Time - msec\tDuration - msec\tAnna\ttier B\n\
                   500\t1250\t750\thello\t\n2000\t3000\t1000\t\t5\n";
    assert_eq!(rows("elan.txt", columns), expected);
}

#[test]
fn times_that_elan_leaves_open_lie_between_their_neighbors() {
    let text = "<?xml version=\"1.0\"?><ANNOTATION_DOCUMENT><TIME_ORDER>\
        <TIME_SLOT TIME_SLOT_ID=\"a\" TIME_VALUE=\"1000\"/><TIME_SLOT TIME_SLOT_ID=\"b\"/>\
        <TIME_SLOT TIME_SLOT_ID=\"c\" TIME_VALUE=\"2000\"/></TIME_ORDER>\
        <TIER TIER_ID=\"one\"><ANNOTATION><ALIGNABLE_ANNOTATION TIME_SLOT_REF1=\"a\" \
        TIME_SLOT_REF2=\"b\"><ANNOTATION_VALUE/></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>\
        <TIER TIER_ID=\"words\" PARENT_REF=\"one\"><ANNOTATION><ALIGNABLE_ANNOTATION \
        TIME_SLOT_REF1=\"a\" TIME_SLOT_REF2=\"c\"/></ANNOTATION></TIER></ANNOTATION_DOCUMENT>";
    assert_eq!(rows("a.eaf", text), [row(1.0, 1.5, "one", "")]);
}

#[test]
fn channel_1_of_an_rttm_counts_only_beside_others() {
    let one = "SPEAKER a 1 0.0 1.0 <NA> <NA> A <NA> <NA>\n";
    assert_eq!(read_text("a.rttm", one).unwrap()[0].channel, None);
    let two = format!("{one}SPEAKER a 2 1.0 1.0 <NA> <NA> B <NA> <NA>\n");
    let channels: Vec<_> = read_text("a.rttm", two)
        .unwrap()
        .iter()
        .map(|segment| segment.channel)
        .collect();
    assert_eq!(channels, [Some(0), Some(1)]);
    let notes = format!(";; made by hand\nSPKR-INFO a 1 <NA> <NA> <NA> unknown A <NA> <NA>\n{one}");
    assert_eq!(read_text("a.rttm", notes).unwrap().len(), 1);
}

#[test]
fn subtitles_may_lack_numbers_and_hold_empty_lines() {
    let text = "00:00:01,000 --> 00:00:02,000 X1:40 X2:600\nHello\n\nagain\n\n7\n\
                0:03.5 --> 0:04\n2024\n";
    assert_eq!(
        rows("a.srt", text),
        [row(1.0, 2.0, "", "Hello again"), row(3.5, 4.0, "", "2024")]
    );
}

#[test]
fn cues_may_have_ids_settings_and_notes_between() {
    let text = "WEBVTT - title\nKind: captions\n\nNOTE\na --> b is no time\n\nSTYLE\n\
                ::cue { color: red }\n\nfirst one\n00:01.000 --> 00:02.000 align:start line:0\n\
                <v Anna>Hello\n<c.loud>you</c>\n\nNOTE x\n\n01:00:03.000 --> 01:00:04.000\n\n";
    assert_eq!(
        rows("a.vtt", text),
        [
            row(1.0, 2.0, "Anna", "Hello you"),
            row(3603.0, 3604.0, "", "")
        ]
    );
}

#[test]
fn windows_1252_is_read() {
    let text = b"1\n00:00:01,000 --> 00:00:02,000\nFran\xe7ois\n";
    assert_eq!(rows("a.srt", text), [row(1.0, 2.0, "", "François")]);
}

#[test]
fn errors_name_the_file_and_the_line() {
    for (name, text, expected) in [
        (
            "a.csv",
            "start,end\n1,2\n3,2\n",
            "a.csv, line 3: a segment cannot go from 3 s to 2 s; the end must lie behind the start",
        ),
        (
            "a.csv",
            "start,end\n\n1,soon\n",
            "a.csv, line 3: \"soon\" is not a time; write seconds such as 1.5, or hh:mm:ss.mmm",
        ),
        (
            "a.csv",
            "start,text\n1,hi\n",
            "a.csv, line 1: has no column \"end\" or \"duration\"; its columns are \"start\", \
             \"text\"",
        ),
        (
            "a.csv",
            "some words\n",
            "a.csv, line 1: expected the names of columns, such as start,end,text, found \
             \"some words\"",
        ),
        (
            "a.tsv",
            "1\t1000\t2\t2000\n",
            "a.tsv, line 1: its columns have no names; write start, end and, if you like, text \
             into its first line",
        ),
        ("a.csv", "start,end\n", "a.csv: holds no segments"),
        ("a.csv", "", "a.csv: is empty"),
        (
            "a.csv",
            "start,end,channel\n0,1,both\n",
            "a.csv, line 2: \"both\" is not a channel; write 0 for the first one, 1 for the second",
        ),
        (
            "a.rttm",
            "SPEAKER a 1 0.0\n",
            "a.rttm, line 1: the file ends where the duration of the segment should follow",
        ),
        (
            "a.srt",
            "1\nhello\n",
            "a.srt, line 2: expected the number of a subtitle or a line such as 00:00:01,000 --> \
             00:00:02,500, found \"hello\"",
        ),
        (
            "a.vtt",
            "WEBVTT\n\nid\nhello\n",
            "a.vtt, line 3: expected the times of a cue, such as 00:01.000 --> 00:02.500, found \
             \"id\"",
        ),
        (
            "a.TextGrid",
            "File type = \"ooTextFile\"\n\"TextGrid\"\n0 1 <exists> 1\n\"IntervalTier\" \"A\" 0 1 \
             1\n0 soon \"hi\"\n",
            "a.TextGrid, line 5: expected the end of an interval, found \"hi\"",
        ),
        (
            "a.TextGrid",
            "File type = \"ooTextFile\"\n\"TextGrid\"\n0 1 <exists> 1\n\"IntervalTier\" \"A\" 0 1",
            "a.TextGrid, line 4: the file ends where the number of intervals or points should \
             follow",
        ),
        (
            "a.TextGrid",
            "File type = \"ooTextFile\"\n\"Collection\"\n",
            "a.TextGrid: holds a Collection of Praat; select the TextGrid alone and save it as a \
             text file",
        ),
        (
            "a.eaf",
            "<?xml version=\"1.0\"?><html/>",
            "a.eaf: its root is <html>, not <ANNOTATION_DOCUMENT> as ELAN writes it",
        ),
    ] {
        assert_eq!(error(name, text), expected, "{text}");
    }
    let xml = error("a.eaf", "<?xml version=\"1.0\"?>\n<a>\n</b>\n");
    assert!(
        xml.starts_with("a.eaf, line 3: is not well-formed XML: "),
        "{xml}"
    );
    let binary = error("a.csv", b"RIFF\0\0\0\0WAVE");
    assert!(
        binary.starts_with("a.csv: is not text; give segments as "),
        "{binary}"
    );
}
