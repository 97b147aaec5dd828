package io.tholepin.objects;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The syntax of cron schedules as Kubernetes' parser has it: five fields, or a descriptor such as {@code @daily}. Only
 * checked here, not computed with.
 */
final class CronSchedule {
    private static final List<String> DESCRIPTORS =
            List.of("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly");
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final List<String> DAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");
    private static final int[][] BOUNDS = {{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 6}};
    private static final Map<Integer, List<String>> NAMES = Map.of(3, MONTHS, 4, DAYS);

    private CronSchedule() {}

    /** What is wrong with it, empty when nothing is. */
    static String problem(String schedule) {
        if (schedule.startsWith("@")) {
            if (schedule.startsWith("@every ")) {
                String text = schedule.substring("@every ".length());
                return GoDuration.parse(text) == null ? "failed to parse duration " + schedule : "";
            }
            return DESCRIPTORS.contains(schedule) ? "" : "unrecognized descriptor: " + schedule;
        }
        String[] fields = schedule.trim().split("\\s+");
        if (schedule.isBlank()) {
            return "empty spec string";
        }
        if (fields.length != BOUNDS.length) {
            return "expected exactly 5 fields, found " + fields.length + ": [" + String.join(" ", fields) + "]";
        }
        for (int i = 0; i < fields.length; i++) {
            for (String range : fields[i].split(",")) {
                String problem = range(range, i);
                if (!problem.isEmpty()) {
                    return problem;
                }
            }
        }
        return "";
    }

    private static String range(String text, int field) {
        String[] slash = text.split("/", -1);
        String[] ends = slash[0].split("-", -1);
        int[] bounds = BOUNDS[field];
        long start = bounds[0];
        long end = bounds[1];
        if (ends.length > 2) {
            return "too many hyphens: " + text;
        }
        if (!ends[0].equals("*") && !ends[0].equals("?")) {
            start = number(ends[0], field);
            if (start < 0) {
                return "failed to parse int from " + ends[0] + ": strconv.Atoi: parsing " + Json.text(ends[0])
                        + ": invalid syntax";
            }
            if (ends.length == 2) {
                end = number(ends[1], field);
                if (end < 0) {
                    return "failed to parse int from " + ends[1] + ": strconv.Atoi: parsing " + Json.text(ends[1])
                            + ": invalid syntax";
                }
            } else if (slash.length == 1) {
                end = start;
            }
        }
        if (slash.length > 2) {
            return "too many slashes: " + text;
        }
        if (slash.length == 2) {
            long step = number(slash[1], -1);
            if (step < 0) {
                return "failed to parse int from " + slash[1] + ": strconv.Atoi: parsing " + Json.text(slash[1])
                        + ": invalid syntax";
            }
            if (step == 0) {
                return "step of range should be a positive number: " + text;
            }
        }
        return outside(text, start, end, bounds);
    }

    private static String outside(String text, long start, long end, int[] bounds) {
        if (start < bounds[0]) {
            return "beginning of range (" + start + ") below minimum (" + bounds[0] + "): " + text;
        }
        if (end > bounds[1]) {
            return "end of range (" + end + ") above maximum (" + bounds[1] + "): " + text;
        }
        return start > end ? "beginning of range (" + start + ") beyond end of range (" + end + "): " + text : "";
    }

    private static long number(String text, int field) {
        List<String> names = NAMES.getOrDefault(field, List.of());
        int name = names.indexOf(text.toLowerCase(Locale.ROOT));
        if (name >= 0) {
            return field == 3 ? name + 1 : name;
        }
        return text.matches("[0-9]{1,9}") ? Long.parseLong(text) : -1;
    }
}
