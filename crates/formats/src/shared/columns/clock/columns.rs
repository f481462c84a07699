//! Which columns can give the time of a row, by the words of their titles in nine languages.

use crate::shared::columns::{Mapping, TimeColumns, Title};

/// Columns of one kind that are tried.
const COLUMNS: usize = 8;

/// Date and time in one column, as one word.
#[rustfmt::skip]
const BOTH: &[&str] = &[
    "isotime", "timestamp", "datetime", "dateandtime", "ts", "datetim", "timestmp", "obstime", "gpstime",
    "gpstim", "utctime", "fechahora", "fechayhora", "datumuhrzeit", "datumzeit", "zeitstempel", "zeitpunkt",
    "datahora", "dataora", "dateheure", "horodatage", "tidspunkt", "tidsstempel", "tijdstip", "tijdstempel",
    "datumtijd", "dataczas", "dataigodzina", "znacznikczasu", "localtime", "gpsdatetime", "utc",
];
#[rustfmt::skip]
const DATE: &[&str] = &[
    "date", "dates", "datestamp", "datum", "fecha", "data", "dato", "day", "dia", "día", "jour", "giorno",
    "dzień", "dzien", "dag", "tag", "utcdate", "gpsdate", "localdate",
];
#[rustfmt::skip]
const TIME: &[&str] = &[
    "time", "times", "utc", "utctime", "heure", "hora", "uhrzeit", "zeit", "ora", "tid", "tijd", "godzina",
    "czas", "klokkeslæt", "localtime", "gpstime", "timeofday", "clock", "hour",
];
/// Words that do not tell what a time is of.
#[rustfmt::skip]
const BESIDE: &[&str] = &[
    "local", "gps", "utc", "gmt", "iso", "tim", "dd", "mm", "yy", "yyyy", "hh", "ss", "tt", "jj", "aaaa", "s", "sec",
    "seconds", "ms", "and", "und", "et", "y", "e", "og", "en", "i", "of", "de", "log", "logged", "record",
    "recorded", "recording", "obs", "observation", "harvest", "operation", "work", "start", "begin", "am", "pm",
];
/// Written first by exporters that know the zone.
const UTC_FIRST: &[&str] = &["isotime", "utcdate", "utctime", "utc"];

enum Role {
    Both,
    Date,
    Time,
}

fn role(title: &Title) -> Option<Role> {
    let lower = title.name.to_lowercase();
    let plain: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    let known = |list: &[&str]| list.contains(&plain.as_str());
    if known(BOTH) && !known(TIME) {
        return Some(Role::Both);
    }
    if known(DATE) {
        return Some(Role::Date);
    }
    if known(TIME) {
        return Some(Role::Time);
    }
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    // `UTC` beside another word tells the zone.
    let has = |list: &[&str]| {
        words
            .iter()
            .any(|word| *word != "utc" && list.contains(word))
    };
    let (date, time) = (has(DATE), has(TIME));
    let stranger = |word: &&str| {
        ![BOTH, DATE, TIME, BESIDE]
            .iter()
            .any(|list| list.contains(word))
            && !word.bytes().all(|b| b.is_ascii_digit())
    };
    if words.iter().any(stranger) {
        return None;
    }
    match (date, time) {
        (true, true) => Some(Role::Both),
        (true, false) => Some(Role::Date),
        (false, true) => Some(Role::Time),
        (false, false) if words.iter().any(|word| BOTH.contains(word)) => Some(Role::Both),
        (false, false) => None,
    }
}

/// Columns to be tried for the time of the rows, best first. A column that the caller or the dictionary
/// takes for the time comes before the rest.
pub(crate) fn candidates(titles: &[Title], mapping: &Mapping) -> Vec<TimeColumns> {
    let roles: Vec<Option<Role>> = titles.iter().map(role).collect();
    let of = |wanted: fn(&Role) -> bool| -> Vec<usize> {
        let fits = |at: &usize| {
            roles
                .get(*at)
                .is_some_and(|r| r.as_ref().is_some_and(wanted))
        };
        (0..titles.len()).filter(fits).collect()
    };
    let first = |at: &usize| {
        let name = titles.get(*at).map(|t| super::super::normal(&t.name));
        !name.is_some_and(|name| UTC_FIRST.contains(&name.as_str()))
    };
    let mut both = of(|r| matches!(r, Role::Both));
    let mut dates = of(|r| matches!(r, Role::Date));
    let mut times = of(|r| matches!(r, Role::Time));
    for list in [&mut both, &mut dates, &mut times] {
        list.sort_by_key(first);
        list.truncate(COLUMNS);
    }
    let iso = both
        .iter()
        .copied()
        .filter(|at| !first(at))
        .map(TimeColumns::One);
    let mut list: Vec<TimeColumns> = iso.collect();
    let pairs = |dates: &[usize]| -> Vec<TimeColumns> {
        let pair = |date: &usize| {
            let date = *date;
            times
                .iter()
                .map(move |time| TimeColumns::DateAndTime { date, time: *time })
        };
        dates.iter().flat_map(pair).collect()
    };
    let utc: Vec<usize> = dates.iter().copied().filter(|at| !first(at)).collect();
    list.extend(pairs(&utc));
    list.extend(mapping.time);
    list.extend(both.iter().copied().map(TimeColumns::One));
    list.extend(pairs(&dates));
    list.extend(times.iter().chain(&dates).copied().map(TimeColumns::One));
    let mut seen = Vec::new();
    list.retain(|columns| {
        let new = !seen.contains(columns);
        seen.push(*columns);
        new
    });
    list.truncate(24);
    list
}

/// Whether the title of a column says that its times are UTC.
pub(super) fn says_utc(title: &Title) -> bool {
    let lower = title.name.to_lowercase();
    lower
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| matches!(word, "utc" | "gmt" | "utctime" | "utcdate" | "isotime"))
}

/// Whether the titles of dates are of a country that writes the day first.
pub(super) fn writes_day_first(titles: &[Title]) -> bool {
    #[rustfmt::skip]
    let words = [
        "datum", "fecha", "dato", "jour", "giorno", "dzień", "dzien", "heure", "hora", "uhrzeit", "zeit", "godzina",
        "czas", "tijd", "zeitstempel", "horodatage", "humedad", "rendimiento", "umidade", "rendement", "ertrag",
        "feuchte", "humidité", "resa", "umidità", "plon", "wilgotność", "udbytte", "vochtgehalte", "opbrengst",
        "longitud", "latitud", "dd",
    ];
    titles.iter().any(|title| {
        let lower = title.name.to_lowercase();
        lower
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| words.contains(&word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::columns::map_titles;
    use std::collections::BTreeMap;

    #[test]
    fn columns_of_the_time_in_nine_languages() {
        let one = TimeColumns::One;
        let pair = |date, time| TimeColumns::DateAndTime { date, time };
        #[rustfmt::skip]
        let cases: [(&[&str], Option<TimeColumns>); 14] = [
            (&["Date / Time"], Some(one(0))), (&["Date and Time (local)"], Some(one(0))),
            (&["Fecha", "Hora"], Some(pair(0, 1))), (&["Datum", "Uhrzeit"], Some(pair(0, 1))),
            (&["Heure", "Date"], Some(pair(1, 0))), (&["Data", "Godzina"], Some(pair(0, 1))),
            (&["Dato", "Tid"], Some(pair(0, 1))), (&["Tijd", "Datum"], Some(pair(1, 0))),
            (&["Date", "Time", "IsoTime"], Some(one(2))), (&["UTC_Date", "Time", "UTC_Time"], Some(pair(0, 2))),
            (&["Fecha y hora"], Some(one(0))), (&["Zeitstempel"], Some(one(0))), (&["Datum (dd/mm/yyyy)"], Some(one(0))),
            (&["Planting Delay", "Fuel", "Time Lag"], None),
        ];
        for (list, expected) in cases {
            let titles: Vec<Title> = list.iter().map(|t| Title::from_text(t)).collect();
            let mapping = map_titles(&titles, &BTreeMap::new());
            assert_eq!(
                candidates(&titles, &mapping).first().copied(),
                expected,
                "{list:?}"
            );
        }
    }
}
