//! Queries as clients write them, and what is read of them: the exact filter, or the exact refusal.

use super::{
    Flag, Id, Number, Paging, Parameters, Required, Sent, Sort, Text, Time, Whole, Word, Words,
    Written,
};

#[derive(Clone, Copy, Debug)]
enum Colour {
    Red,
    Green,
}

impl Words for Colour {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        vec![("red", Self::Red), ("darkGreen", Self::Green)]
    }
}

/// The same words, letter by letter.
struct Exact;

impl Words for Exact {
    type Word = Colour;
    const ANY_CASE: bool = false;

    fn words() -> Vec<(&'static str, Colour)> {
        Colour::words()
    }
}

super::query! {
    Everything {
        id: Id = "id",
        from: Time = "from" | "since",
        flag: Flag = "flag",
        number: Number = "number",
        whole: Whole = "whole",
        text: Text = "text",
        colour: Word<Colour> = "colour",
        exact: Word<Exact> = "exact",
        written: Written<Word<Colour>> = "written",
        sort: Sort<Colour> = "sort",
        paging: Paging = "page" | "size",
    }
}

super::query! {
    Strict {
        user: Sent<Id> = "user",
        /// Where
        /// it is.
        place: Required<Text> = "place",
    }
}

const ID: &str = "00000000-0000-4000-8000-00000000000a";

fn detail(query: &str) -> String {
    let read = Everything::read(&Parameters::of(query));
    read.map_or_else(|problem| problem.detail().to_owned(), |_| String::new())
}

/// What is read, but for what is absent.
fn shown(query: &str) -> String {
    let Ok(read) = Everything::read(&Parameters::of(query)) else {
        return format!("refused: {}", detail(query));
    };
    let mut all = vec![
        ("id", read.id.map(|id| id.to_string())),
        ("from", read.from.map(|time| time.to_string())),
        ("flag", read.flag.map(|flag| flag.to_string())),
        ("number", read.number.map(|number| number.to_string())),
        ("whole", read.whole.map(|whole| whole.to_string())),
        ("text", read.text),
        ("colour", read.colour.map(|colour| format!("{colour:?}"))),
        ("exact", read.exact.map(|colour| format!("{colour:?}"))),
        ("written", read.written.map(|both| format!("{both:?}"))),
    ];
    let sort = Some(format!("{:?}", read.sort)).filter(|sort| sort != "[]");
    let page = read.paging.page;
    let page = Some(format!("{}/{}", page.page, page.size)).filter(|page| page != "0/20");
    all.extend([("sort", sort), ("page", page)]);
    let all = all
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name} {}", value?)));
    all.collect::<Vec<_>>().join("; ")
}

#[test]
fn every_form_of_a_parameter_is_read() {
    let id = format!("id {ID}");
    for (query, expected) in [
        ("", ""),
        ("unknown=1", ""),
        (&format!("id={ID}"), id.as_str()),
        (&format!("id=%20{}", ID.to_uppercase()), id.as_str()),
        (&format!("id={ID}&id=nonsense"), id.as_str()),
        // An empty parameter is none, but it is the first.
        (&format!("id=&id={ID}"), ""),
        ("from=1970-01-01", "from 0"),
        ("from=1970-01-01T00:00:01Z", "from 1000000"),
        ("from=1970-01-01T01:00+01:00", "from 0"),
        ("since=1970-01-01T00:00:02", "from 2000000"),
        ("from=1970-01-01&since=nonsense", "from 0"),
        ("from=&since=1970-01-01", "from 0"),
        ("flag=TRUE", "flag true"),
        ("flag=false&flag=true", "flag false"),
        ("number=1.5&whole=-7.9", "number 1.5; whole -7"),
        ("text=%20a%20b+", "text a b"),
        ("text=%20", ""),
        ("colour=RED&exact=darkGreen", "colour Red; exact Green"),
        ("written=DARKgreen", "written (\"DARKgreen\", Green)"),
        ("sort=red", "sort [(Red, true)]"),
        (
            "sort=darkGreen,DESC&sort=&sort=+red+,+asc",
            "sort [(Green, false), (Red, true)]",
        ),
        (
            "sort=red,darkGreen,desc",
            "sort [(Red, false), (Green, false)]",
        ),
        (
            "sort=red,desc,darkGreen",
            "sort [(Red, false), (Green, true)]",
        ),
        (
            "sort=red,darkGreen,desc,red,asc&sort=red",
            "sort [(Red, false), (Green, false), (Red, true), (Red, true)]",
        ),
        (
            "sort=red+Desc,darkGreen&sort=darkGreen,+desc",
            "sort [(Red, false), (Green, true), (Green, false)]",
        ),
        ("page=3&size=7", "page 3/7"),
        ("size=1000", "page 0/100"),
        ("page=-1&size=0", ""),
        ("page=one&size=1.5", ""),
        ("page=99999999999999999999", ""),
        ("page=9999999999999999999", "page 1099511627776/20"),
    ] {
        assert_eq!(shown(query), expected, "{query}");
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    for (query, expected) in [
        ("id=7", "`id`: is not a UUID"),
        ("id=0000000000004000800000000000000a", "`id`: is not a UUID"),
        ("from=soon", "`from`: is not an ISO 8601 time"),
        ("since=soon", "`since`: is not an ISO 8601 time"),
        ("flag=yes", "`flag`: is neither `true` nor `false`"),
        ("number=many", "`number`: is not a number"),
        ("number=inf", "`number`: is not a number"),
        ("whole=NaN", "`whole`: is not a number"),
        ("colour=blue", "`colour`: is none of red, darkGreen"),
        ("exact=darkgreen", "`exact`: is none of red, darkGreen"),
        ("written=blue", "`written`: is none of red, darkGreen"),
        ("sort=blue", "`sort`: `blue` is none of red, darkGreen"),
        ("sort=RED", "`sort`: `RED` is none of red, darkGreen"),
        (
            "sort=red,up",
            "`sort`: `up` is none of red, darkGreen, and neither `asc` nor `desc`",
        ),
        ("sort=desc", "`sort`: `desc` is none of red, darkGreen"),
        ("sort=red+up", "`sort`: `red up` is none of red, darkGreen"),
        (
            "sort=red,asc,desc",
            "`sort`: `desc` is none of red, darkGreen, and neither `asc` nor `desc`",
        ),
        (
            "sort=red,",
            "`sort`: `` is none of red, darkGreen, and neither `asc` nor `desc`",
        ),
        // The first in the order of declaration.
        (
            "colour=blue&number=many&sort=x",
            "`number`: is not a number",
        ),
    ] {
        assert_eq!(detail(query), expected, "{query}");
    }
}

#[test]
fn what_must_be_given_has_one_value_and_can_be_a_part_of_the_form() {
    let twice = format!("user={ID}&user={ID}&place=here");
    for (query, expected) in [
        ("place=here", "`user`: is required"),
        ("user=&place=here", "`user`: is required"),
        (twice.as_str(), "here"),
        ("user=a&user=b", "`user`: is given as `a` and as `b`"),
        ("user=a", "`user`: is not a UUID"),
        (&format!("user={ID}"), "`place`: is required"),
        (&format!("user={ID}&place=here"), "here"),
    ] {
        let read = Strict::read(&Parameters::of(query));
        let said = read.map_or_else(|problem| problem.detail().to_owned(), |read| read.place);
        assert_eq!(said, expected, "{query}");
    }
    let mut query = Parameters::of("place=here");
    query.add("user", ID.to_owned());
    query.add("place", "there".to_owned());
    let read = Strict::read(&query).expect("both");
    assert_eq!((read.user.as_str(), read.place.as_str()), (ID, "here"));
}

#[test]
fn a_list_that_is_not_paged_links_to_itself() {
    for (query, expected) in [
        ("", "http://here/things"),
        ("text=a%26b", "http://here/things?text=a%26b"),
    ] {
        let read = Everything::read(&Parameters::of(query)).expect("a page");
        let headers = read.paging.headers_of_all("http://here", 250);
        assert_eq!(headers["x-total-count"], "250");
        let links = format!("<{expected}>; rel=\"last\", <{expected}>; rel=\"first\"");
        assert_eq!(headers["link"], links);
    }
}

#[test]
fn what_is_overruled_is_not_read_but_stays_in_links() {
    let mut query = Parameters::of("id=nonsense&size=5");
    query.overrule("id");
    let read = Everything::read(&query).expect("all but the id");
    assert_eq!(read.id, None);
    let links = read.paging.headers("http://here", 3);
    let last = "http://here/things?id=nonsense&page=0&size=5";
    let expected = format!("<{last}>; rel=\"last\", <{last}>; rel=\"first\"");
    assert_eq!(links["link"], expected);
}

#[test]
fn links_that_nobody_would_take_are_left_out() {
    let long = format!("text={}", "%27".repeat(4_000));
    let read = Everything::read(&Parameters::of(&long)).expect("a page");
    let headers = read.paging.headers("http://here", 5);
    assert_eq!(headers["x-total-count"], "5");
    assert!(headers.get("link").is_none());
}

#[test]
fn pages_link_to_each_other() {
    let read = Everything::read(&Parameters::of("text=a%26b&page=1&size=2")).expect("a page");
    let headers = read.paging.headers("http://here", 5);
    assert_eq!(headers["x-total-count"], "5");
    let link = |page: u64, relation: &str| {
        format!("<http://here/things?text=a%26b&page={page}&size=2>; rel=\"{relation}\"")
    };
    let expected = [
        link(2, "next"),
        link(0, "prev"),
        link(2, "last"),
        link(0, "first"),
    ];
    assert_eq!(headers["link"], expected.join(", "));
}

#[test]
fn a_query_describes_what_it_reads() {
    let described = serde_json::to_value(<Strict as utoipa::IntoParams>::into_params(|| None));
    assert_eq!(
        described.expect("JSON"),
        serde_json::json!([
            {"name": "user", "in": "query", "required": false,
             "schema": {"type": "string", "format": "uuid"}},
            {"name": "place", "in": "query", "required": true, "description": "Where\nit is.",
             "schema": {"type": "string"}},
        ])
    );
    let described = serde_json::to_value(<Everything as utoipa::IntoParams>::into_params(|| None));
    let described = described.expect("JSON");
    let names = described.as_array().into_iter().flatten();
    let names: Vec<_> = names.filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names.len(), 13, "{names:?}");
    assert_eq!(
        described[7]["schema"]["enum"],
        serde_json::json!(["red", "darkGreen"])
    );
    let pattern = &described[10]["schema"]["items"]["pattern"];
    assert_eq!(
        *pattern,
        "^(red|darkGreen)(,(asc|desc))?(,(red|darkGreen)(,(asc|desc))?)*$"
    );
}
