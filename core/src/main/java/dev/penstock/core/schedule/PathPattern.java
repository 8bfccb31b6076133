package dev.penstock.core.schedule;

import java.util.regex.Pattern;

/**
 * A pattern for paths of changed files, by GoCD's rules: {@code *} is any run of characters within a folder's or file's
 * name, a name {@code **} is any number of whole folders, everything else is itself; upper and lower case differ, and the
 * whole path has to match. So {@code docs/**}{@code /*} is every file below {@code docs}, and {@code docs/**} is none,
 * because {@code **} stands for folders only. Never more work than pattern times path. Pure.
 */
final class PathPattern {
    private static final String DEEP = "**";
    private static final Pattern SLASH = Pattern.compile("/");

    private final String[] parts;

    PathPattern(String pattern) {
        String unix = pattern.replace('\\', '/');
        this.parts = SLASH.split(unix.startsWith("/") ? unix.substring(1) : unix);
    }

    /** Whether the pattern is all of the path. */
    boolean matches(String path) {
        if (parts.length == 0 || parts[parts.length - 1].equals(DEEP)) {
            return false;
        }
        String[] names = SLASH.split(path.replace('\\', '/'), -1);
        int part = 0;
        int name = 0;
        int deep = -1;
        int from = 0;
        while (name < names.length) {
            if (part < parts.length && parts[part].equals(DEEP)) {
                deep = part++;
                from = name;
            } else if (part < parts.length && nameMatches(parts[part], names[name])) {
                part++;
                name++;
            } else if (deep >= 0) {
                // The folders that ** stands for are one more.
                part = deep + 1;
                name = ++from;
            } else {
                return false;
            }
        }
        return part == parts.length;
    }

    private static boolean nameMatches(String pattern, String name) {
        int p = 0;
        int n = 0;
        int star = -1;
        int from = 0;
        while (n < name.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                from = n;
            } else if (p < pattern.length() && pattern.charAt(p) == name.charAt(n)) {
                p++;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++from;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
