# SPDX-License-Identifier: MIT
# Makes C of the rows "| `ID` | PERCENT |" of the table of odds in doc/cannot-connect.md.
BEGIN {
    print "#include \"doctor/odds.h\"\n\nconst struct odds odds_table[] = {"
}

/^\| `[a-z0-9-]+` \| [0-9]+ \|/ {
    split($0, field, "|")
    gsub(/[ `]/, "", field[2])
    printf "    {\"%s\", %d},\n", field[2], field[3]
}

END {
    print "};\nconst unsigned odds_count = sizeof odds_table / sizeof odds_table[0];"
}
