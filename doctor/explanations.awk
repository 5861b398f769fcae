# SPDX-License-Identifier: MIT
# Makes C of the paragraphs under the headings "### `ID`" of doc/cannot-connect.md.
BEGIN {
    print "#include \"doctor/explain.h\"\n\nconst struct explanation explanations[] = {"
}

function end_entry() {
    if (id != "")
        printf "     },\n"
    id = ""
}

/^#/ {
    end_entry()
    if (match($0, /^### `[a-z0-9-]+`$/)) {
        id = substr($0, 6, length($0) - 6)
        printf "    {\"%s\",\n", id
        pending = 0
        begun = 0
    }
    next
}

id == "" { next }

/^$/ {
    pending = begun
    next
}

{
    gsub(/\\/, "\\\\")
    gsub(/"/, "\\\"")
    if (pending)
        print "     \"\\n\""
    pending = 0
    begun = 1
    printf "     \"%s\\n\"\n", $0
}

END {
    end_entry()
    print "};\nconst unsigned explanation_count = sizeof explanations / sizeof explanations[0];"
}
