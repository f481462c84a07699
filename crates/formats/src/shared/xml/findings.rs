//! Codes of what is noticed in any XML file of task data.

tramline_model::codes! {
    CONTROL_CHARACTERS = "isoxml.control-characters",
        "An XML file holds control characters that XML does not allow, usually in a name that was typed into the \
         display.",
        "Nothing needs doing: the characters were removed, and all numbers are as they were.";
    ENCODING = "isoxml.encoding",
        "The text of an XML file is not in the encoding that the file states, so another \
         one was used or damaged characters were replaced.",
        "Check names with accents or umlauts. Numbers are not affected.";
    EMPTY_FILE = "isoxml.empty-file",
        "An XML file has no content: the display created it and wrote nothing, or it was copied incompletely.",
        "Copy the file from the display again if you miss data. Otherwise nothing needs doing.";
    XML_RECOVERED = "isoxml.xml-recovered",
        "The header of a time log is not valid XML, for example because its closing tag is missing. What it says \
         about the records was read tag by tag.",
        "Compare the totals with those of the display, and copy the log from it again if they differ.";
    XML_NOT_WELL_FORMED = "isoxml.xml-not-well-formed",
        "Some names in an XML file hold the characters < or & in a way that XML does not allow.",
        "Nothing needs doing: the names were read as they stand, and numbers are not affected.";
}
