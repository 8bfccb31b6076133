package dev.penstock.core.artifact;

/**
 * How much agents may upload.
 *
 * @param maxFileBytes of one file
 * @param maxJobBytes of all files of one job
 * @param minFreeBytes of the disk that are left alone
 */
public record UploadLimits(long maxFileBytes, long maxJobBytes, long minFreeBytes) {}
